using CoLA.Core.Sequences;

namespace CoLA.Core.Inference;

/// <summary>One continuation that the engine scores.</summary>
/// <param name="index">Its place among the row's continuations.</param>
/// <param name="ids">Its token ids.</param>
internal sealed class ScoredContinuation(int index, IReadOnlyList<int> ids)
{
    public int Index { get; } = index;

    public IReadOnlyList<int> Ids { get; } = ids;

    /// <summary>Log-probability of each token, (tokens). The engine fills it.</summary>
    public float[] LogProbabilities { get; } = new float[ids.Count];

    public ContinuationScore Score() => new([.. Ids.Select((id, at) => new TokenLogProbability(id, LogProbabilities[at]))]);
}
