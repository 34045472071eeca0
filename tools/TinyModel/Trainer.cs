using System.Diagnostics;
using CoLA.Models.Skills;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>Trains the whole model on the trained skills, with a checkpoint every few steps that a later run goes on from.</summary>
internal sealed class Trainer(int steps, ulong seed, string work)
{
    private const int Windows = 48;
    private const int Length = 128;
    private const int WarmUp = 100;
    private const double PeakLearningRate = 2e-3;
    private const double LastLearningRate = 2e-5;

    // Most of a prompt is letters drawn at random: nothing to learn, and noise in the gradient.
    private const float PromptWeight = 0.1f;

    private const int CheckpointEvery = 100;

    private string WeightsFile => Path.Combine(work, "weights.dat");

    private string OptimizerFile => Path.Combine(work, "optimizer.dat");

    private string StepFile => Path.Combine(work, "step");

    public TinyLlama Run()
    {
        var model = new TinyLlama(seed);
        using var optimizer = optim.AdamW(model.parameters(), PeakLearningRate, beta1: 0.9, beta2: 0.95, weight_decay: 0.01);
        var first = Resume(model, optimizer);
        var clock = Stopwatch.StartNew();
        for (var step = first; step < steps; step++)
        {
            var loss = Step(model, optimizer, step);
            if (step % 20 == 0 || step == steps - 1)
            {
                Console.WriteLine($"step {step,5}  loss {loss:0.0000}  {(step + 1 - first) / clock.Elapsed.TotalSeconds:0.00} steps/s");
            }

            if ((step + 1) % CheckpointEvery == 0 || step == steps - 1)
            {
                Save(model, optimizer, step + 1);
            }

            if ((step + 1) % 400 == 0)
            {
                Accuracy.Print(model, $"after {step + 1} steps", SkillBook.Trained, 50, seed + 1);
            }
        }

        return model;
    }

    private double Step(TinyLlama model, AdamW optimizer, int step)
    {
        using var scope = NewDisposeScope();
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = LearningRate(step);
        }

        var (ids, weights) = Lines.Windows(SkillBook.Trained, seed, step, Windows, Length, PromptWeight);
        var losses = nn.functional.cross_entropy(
            model.call(ids[.., ..^1]).view(-1, Shape.Vocabulary), ids[.., 1..].reshape(-1), reduction: nn.Reduction.None);
        var labelWeights = weights[.., 1..].reshape(-1);
        var loss = (losses * labelWeights).sum() / labelWeights.sum();
        optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(model.parameters(), 1);
        optimizer.step();
        return loss.item<float>();
    }

    /// <summary>Warm-up, then a cosine from the peak to the last rate.</summary>
    private double LearningRate(int step)
    {
        if (step < WarmUp)
        {
            return PeakLearningRate * (step + 1) / WarmUp;
        }

        var done = (double)(step - WarmUp) / Math.Max(1, steps - WarmUp);
        return LastLearningRate + (PeakLearningRate - LastLearningRate) * (1 + Math.Cos(Math.PI * done)) / 2;
    }

    private int Resume(TinyLlama model, AdamW optimizer)
    {
        Directory.CreateDirectory(work);
        if (!File.Exists(StepFile))
        {
            return 0;
        }

        model.load(WeightsFile);
        optimizer.load_state_dict(OptimizerFile);
        var step = int.Parse(File.ReadAllText(StepFile), System.Globalization.CultureInfo.InvariantCulture);
        Console.WriteLine($"going on from step {step} of {work}");
        return step;
    }

    private void Save(TinyLlama model, AdamW optimizer, int step)
    {
        model.save(WeightsFile);
        optimizer.save_state_dict(OptimizerFile);
        File.WriteAllText(StepFile, $"{step}");
    }
}
