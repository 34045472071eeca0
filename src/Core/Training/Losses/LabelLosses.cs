using CoLA.Core.Tenancy;

namespace CoLA.Core.Training.Losses;

/// <summary>The losses of a micro-batch, from the log-probabilities of its labels, chunk by chunk.</summary>
/// <param name="batch">Whose labels.</param>
/// <param name="loss">Of tokens, or of pairs: those have slopes only when all their tokens are there.</param>
internal sealed class LabelLosses(MicroBatch batch, LossSpec loss)
{
    private readonly float[] _logProbabilities = new float[batch.Weights.Count];
    private readonly double[] _slopes = new double[batch.Weights.Count];
    private readonly double[] _values = new double[batch.Weights.Count];

    public bool IsOfPairs => loss is DpoLoss;

    /// <summary>Log-probabilities of the rows' labels, each row's sum, under what pairs are compared with.</summary>
    public double[] References { get; } = [.. batch.Rows.Select(row => row.Reference ?? 0)];

    public void Take(int start, ReadOnlySpan<float> logProbabilities)
    {
        logProbabilities.CopyTo(_logProbabilities.AsSpan(start));
        if (loss is not TokenLoss tokens)
        {
            return;
        }

        for (var at = start; at < start + logProbabilities.Length; at++)
        {
            var (row, token) = batch.Places[at];
            (_values[at], _slopes[at]) = tokens.Of(batch.Rows[row], token, _logProbabilities[at]);
        }
    }

    /// <summary>Once all labels are there: the slopes of pairs, whose two rows lie side by side.</summary>
    public void ComparePairs()
    {
        var dpo = (DpoLoss)loss;
        var sums = new double[batch.Rows.Count];
        for (var at = 0; at < _logProbabilities.Length; at++)
        {
            sums[batch.Places[at].Row] += _logProbabilities[at];
        }

        var pairs = Enumerable.Range(0, batch.Rows.Count / 2)
            .Select(pair => dpo.Of(sums[2 * pair], sums[2 * pair + 1], References[2 * pair], References[2 * pair + 1])).ToArray();
        for (var at = 0; at < _slopes.Length; at++)
        {
            var row = batch.Places[at].Row;
            _slopes[at] = row % 2 == 0 ? pairs[row / 2].Slope : -pairs[row / 2].Slope;
            _values[at] = at == 0 || batch.Places[at - 1].Row != row ? (row % 2 == 0 ? pairs[row / 2].Value : 0) : 0;
        }
    }

    /// <summary>The derivative of the loss by a label's log-probability.</summary>
    public double SlopeOf(int label) => _slopes[label];

    /// <summary>What the batch adds to its tasks' losses.</summary>
    public void AddTo(Dictionary<TaskName, TaskLoss> losses)
    {
        for (var at = 0; at < _values.Length; at++)
        {
            var task = batch.Owners[at]!.Value;
            losses[task] = losses[task] with { Sum = losses[task].Sum + _values[at], Tokens = losses[task].Tokens + 1 };
        }

        foreach (var row in batch.Rows)
        {
            var task = row.Task!.Value;
            losses[task] = losses[task] with { Weight = losses[task].Weight + loss.WeightOf(row) };
        }
    }

    /// <summary>Each row's log-probabilities of the tokens that count.</summary>
    public IEnumerable<(EncodedExample Row, float[] LogProbabilities)> ByRow() => batch.Places
        .Select((place, at) => (place.Row, Value: _logProbabilities[at]))
        .GroupBy(label => label.Row, label => label.Value)
        .Select(labels => (batch.Rows[labels.Key], labels.ToArray()));
}
