using CoLA.Core.Rejections;

namespace CoLA.Core.Jobs;

/// <summary>How a job looks at the loss on examples that it does not train on: the mean over the tasks of their mean losses.</summary>
/// <param name="Every">Steps between two evaluations; before the first step and after the last there is one, too. 0 for a tenth of the steps.</param>
/// <param name="Examples">Held-out examples of each task that are read at most; at least 1.</param>
/// <param name="Patience">Evaluations in a row without improvement after which the job stops; 0 for never.</param>
/// <param name="MinimumImprovement">The loss must be lower by more than this; finite, at least 0.</param>
/// <param name="KeepBest">Publish the weights of the lowest loss.</param>
public sealed record EvaluationSpec(
    int Every = 0, int Examples = EvaluationSpec.DefaultExamples, int Patience = 0, double MinimumImprovement = 0, bool KeepBest = false)
{
    public const int DefaultExamples = 100;

    private const int DefaultEvaluations = 10;

    internal EvaluationSpec For(int steps) => Every > 0 ? this : this with { Every = (steps + DefaultEvaluations - 1) / DefaultEvaluations };

    internal void Validate(string field, ICollection<FieldViolation> violations)
    {
        void Check(bool holds, string name, string description)
        {
            if (!holds)
            {
                violations.Add(new FieldViolation($"{field}.{name}", description));
            }
        }

        Check(Every >= 0, "every", $"{Every} is below 0; leave it out for a tenth of the steps");
        Check(Examples >= 1, "examples", $"{Examples} is below 1");
        Check(Patience >= 0, "patience", $"{Patience} is below 0; leave it out to never stop early");
        Check(
            double.IsFinite(MinimumImprovement) && MinimumImprovement >= 0,
            "minimum_improvement",
            $"{MinimumImprovement} is not a finite number of at least 0");
    }
}
