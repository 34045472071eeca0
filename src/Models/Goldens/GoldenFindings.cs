namespace CoLA.Models.Goldens;

/// <summary>How far the model is from one prompt of a golden file. A number is null where the file has nothing to compare.</summary>
/// <param name="Prompt">Its name in the file.</param>
/// <param name="Tokens">How many token ids it has.</param>
/// <param name="Logits">Largest absolute difference of a last logit; not a number where the model's are not.</param>
/// <param name="LogProbabilities">Largest absolute difference of a log-probability, in nats.</param>
/// <param name="GreedyTokens">Tokens of the greedy continuation that were compared.</param>
/// <param name="GreedyDifference">Place, from 0, of the first of them that the model would not choose; null where it chooses all.</param>
/// <param name="Skipped">What was not compared, and why.</param>
public sealed record GoldenFindings(
    string Prompt,
    int Tokens,
    double? Logits,
    double? LogProbabilities,
    int? GreedyTokens,
    int? GreedyDifference,
    IReadOnlyList<string> Skipped)
{
    /// <summary>Whether every comparison is within its tolerance.</summary>
    public bool Passed =>
        Within(Logits, GoldenCheck.LogitsTolerance) && Within(LogProbabilities, GoldenCheck.LogProbabilitiesTolerance) && GreedyDifference is null;

    // A difference that is not a number is not within anything.
    private static bool Within(double? difference, double tolerance) => difference is null || difference <= tolerance;
}
