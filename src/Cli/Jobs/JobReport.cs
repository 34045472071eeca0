using CoLA.Cli.Curves;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;

namespace CoLA.Cli.Jobs;

/// <summary>Tells what a job has come to: a table, and what is still to do.</summary>
internal sealed class JobReport(Terminal terminal)
{
    public void Tell(TrainingOutcome outcome)
    {
        var job = outcome.Job;
        terminal.Show(TrainingTables.Outcome(outcome));
        var early = job.StoppedEarly ? $" of {Sizes.Count(job.Steps)}, stopped early" : "";
        var speed = $"{Sizes.Count(job.Tokens)} tokens in {Sizes.Duration(outcome.Elapsed)}: {Sizes.Rate(outcome.TokensPerSecond)} tokens/s";
        terminal.Line($"Job {ResourceNames.Short(job.Name)}: {Sizes.Count(job.Step)} steps{early}, {speed}.");
        if (job.HasBestStep)
        {
            var kept = job is { Evaluation.KeepBest: true, Published: not null } ? ", whose weights are published" : "";
            terminal.Line($"Lowest held-out loss {job.BestLoss:0.000} after step {Sizes.Count(job.BestStep)}{kept}.");
        }

        foreach (var task in job.Published?.Tasks.Where(task => !task.Served) ?? [])
        {
            terminal.Line(
                $"[yellow]{ResourceNames.Short(task.Version)} is not served:[/] cola task rollback {ResourceNames.Short(task.Task)} --to {task.Version}");
        }
    }

    /// <summary>The same for programs.</summary>
    public static object ForPrograms(TrainingOutcome outcome) => new
    {
        Job = outcome.Job.Name,
        Steps = outcome.Job.Step,
        outcome.Job.Tokens,
        Seconds = outcome.Elapsed.TotalSeconds,
        outcome.TokensPerSecond,
        outcome.Job.StoppedEarly,
        BestStep = outcome.Job.HasBestStep ? outcome.Job.BestStep : (int?)null,
        BestLoss = outcome.Job.HasBestLoss ? outcome.Job.BestLoss : (double?)null,
        Tasks = outcome.Losses.Zip(outcome.Job.Tasks, (curve, task) => new
        {
            task.Task,
            Examples = task.TrainingExamples,
            HeldOut = task.HeldOutExamples,
            FirstLoss = curve.First,
            LastLoss = curve.Latest,
            HeldOutLosses = curve.HeldOut.Select(point => new { point.Step, point.Loss }),
        }),
        outcome.Job.Published,
    };
}
