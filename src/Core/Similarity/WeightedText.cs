using CoLA.Core.Adapters.Resident;
using CoLA.Core.Inference;
using CoLA.Core.Training.Examples;

namespace CoLA.Core.Similarity;

/// <summary>One example scored under one task's heads: the tokens to compute and the weights of the labels.</summary>
internal sealed class WeightedText
{
    private readonly IReadOnlyList<float> _weights;
    private readonly ScoredContinuation _continuation;

    /// <param name="example">An example with at least one label. Tokens after its last label are not computed.</param>
    /// <param name="candidate">Index of the candidate; -1 for the base model.</param>
    /// <param name="adapter">The candidate's adapter; null for the base model.</param>
    public WeightedText(EncodedExample example, int candidate, AdapterSource? adapter)
    {
        var labels = Enumerable.Range(1, example.Ids.Count - 1).Where(at => example.Weights[at] > 0).ToArray();
        var (first, end) = (labels[0], labels[^1] + 1);
        _weights = [.. example.Weights.Take(end).Skip(first)];
        _continuation = new ScoredContinuation(0, [.. example.Ids.Take(end).Skip(first)]);
        Text = new ScoredText(candidate, [.. example.Ids.Take(end - 1)], first, [_continuation], adapter);
    }

    public ScoredText Text { get; }

    /// <summary>Sum of weight x -log p over the labels, in nats. Valid after the text was scored.</summary>
    public double LossSum => _weights.Zip(_continuation.LogProbabilities, (weight, value) => weight > 0 ? weight * -(double)value : 0).Sum();
}
