using CoLA.Core.Sequences;

namespace CoLA.Core.Inference;

/// <summary>One continuation on its way through the engine.</summary>
internal sealed class ScoredContinuation(int index, IReadOnlyList<int> ids)
{
    public int Index { get; } = index;

    public IReadOnlyList<int> Ids { get; } = ids;

    /// <summary>One per token, filled by the engine.</summary>
    public float[] LogProbabilities { get; } = new float[ids.Count];

    public ContinuationScore Score() => new([.. Ids.Select((id, at) => new TokenLogProbability(id, LogProbabilities[at]))]);
}
