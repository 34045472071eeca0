// Trains models/cola-tiny: dotnet run -c Release --project tools/TinyModel [-- steps], from the repository's root.
// An interrupted run goes on from its last checkpoint under artifacts/tiny-model; remove that folder to begin anew.
using System.Globalization;
using CoLA.Models.Skills;
using CoLA.TinyModel;
using static TorchSharp.torch;

const ulong TrainingSeed = 1;
const ulong EvaluationSeed = 2;
const int FullTraining = 2800;

set_num_threads(2);
var steps = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : FullTraining;
using var model = new Trainer(steps, TrainingSeed, Path.Combine("artifacts", "tiny-model")).Run();
model.RoundToHalf();
Accuracy.Print(model, "trained", SkillBook.Trained, 200, EvaluationSeed);
Adaptation.Print(model, SkillBook.HeldOut, EvaluationSeed);
if (steps >= FullTraining)
{
    ModelDirectory.Write(model, Path.Combine("models", "cola-tiny"));
}
