using CoLA.V1;

namespace CoLA.Cli.Training;

/// <summary>What a training came to.</summary>
/// <param name="Losses">By the task's name.</param>
/// <param name="Tokens">That went through the base model.</param>
/// <param name="Elapsed">Time of the steps.</param>
/// <param name="States">Saved states, oldest first.</param>
/// <param name="Published">Null where nothing was.</param>
internal sealed record TrainingOutcome(
    IReadOnlyDictionary<string, LossCurve> Losses,
    long Tokens,
    TimeSpan Elapsed,
    IReadOnlyList<string> States,
    PublishResponse? Published)
{
    public double TokensPerSecond => Elapsed > TimeSpan.Zero ? Tokens / Elapsed.TotalSeconds : 0;
}
