using CoLA.V1;

namespace CoLA.Cli.Curves;

/// <summary>What a job has come to.</summary>
/// <param name="Job">As it ended.</param>
/// <param name="Losses">Of each of its tasks, in the job's order.</param>
/// <param name="Elapsed">Time of the steps.</param>
internal sealed record TrainingOutcome(Job Job, IReadOnlyList<LossCurve> Losses, TimeSpan Elapsed)
{
    public double TokensPerSecond => Elapsed > TimeSpan.Zero ? Job.Tokens / Elapsed.TotalSeconds : 0;
}
