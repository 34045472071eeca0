using CoLA.Core.Adapters.Resident;
using CoLA.Core.Inference;
using CoLA.Core.Training.Examples;

namespace CoLA.Core.Similarity;

/// <summary>One example under one task's heads: what is read, and what its labels weigh.</summary>
internal sealed class WeightedText
{
    private readonly IReadOnlyList<float> _weights;
    private readonly ScoredContinuation _continuation;

    /// <param name="example">With at least one label; what stands behind its last label is not read.</param>
    /// <param name="candidate">Which of the candidates, for the order of the answer.</param>
    /// <param name="adapter">Null for the base.</param>
    public WeightedText(EncodedExample example, int candidate, AdapterSource? adapter)
    {
        var labels = Enumerable.Range(1, example.Ids.Count - 1).Where(at => example.Weights[at] > 0).ToArray();
        var (first, end) = (labels[0], labels[^1] + 1);
        _weights = [.. example.Weights.Take(end).Skip(first)];
        _continuation = new ScoredContinuation(0, [.. example.Ids.Take(end).Skip(first)]);
        Text = new ScoredText(candidate, [.. example.Ids.Take(end - 1)], first, [_continuation], adapter);
    }

    public ScoredText Text { get; }

    /// <summary>Sum over the labels of weight x -log p, once the text was read.</summary>
    public double LossSum => _weights.Zip(_continuation.LogProbabilities, (weight, value) => weight > 0 ? weight * -(double)value : 0).Sum();
}
