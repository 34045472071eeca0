namespace CoLA.Models.Goldens;

/// <summary>What other software computed for one sequence of token ids.</summary>
/// <param name="Name">Which one of the file, for people.</param>
/// <param name="Ids">The sequence.</param>
public sealed record GoldenPrompt(string Name, IReadOnlyList<int> Ids)
{
    /// <summary>Logits after the last of <see cref="Ids"/>; null where the file has none.</summary>
    public IReadOnlyList<float>? LastLogits { get; init; }

    /// <summary>Which token ids <see cref="LastLogits"/> are of; null for the whole vocabulary.</summary>
    public IReadOnlyList<int>? LogitIds { get; init; }

    /// <summary>Log-probabilities of the last tokens of <see cref="Ids"/>, each given those before it; null where the file has none.</summary>
    public IReadOnlyList<float>? NextLogProbabilities { get; init; }

    /// <summary>The most probable continuation, ends of text included as tokens; null where the file has none.</summary>
    public IReadOnlyList<int>? Greedy { get; init; }

    /// <summary>Smallest difference between the first and the second logit along <see cref="Greedy"/>; null where it is not said.</summary>
    public double? GreedyMargin { get; init; }
}
