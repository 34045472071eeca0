using CoLA.Core.Naming;
using CoLA.Core.Training.Losses;

namespace CoLA.Core.Training.Passes;

/// <summary>The losses of a micro-batch, from the log-probabilities of its labels, chunk by chunk.</summary>
/// <param name="batch">The micro-batch.</param>
/// <param name="lossOf">The loss of a task, over tokens or over pairs; labels of pairs have slopes only after <see cref="ComparePairs"/>.</param>
internal sealed class LabelLosses(MicroBatch batch, Func<TaskName, LossSpec> lossOf)
{
    private readonly LossSpec[] _losses = [.. batch.Rows.Select(row => lossOf(row.Task!.Value))];
    private readonly float[] _logProbabilities = new float[batch.Weights.Count];
    private readonly double[] _slopes = new double[batch.Weights.Count];
    private readonly double[] _values = new double[batch.Weights.Count];

    public IEnumerable<int> LabelsOfPairs => Labels(ofPairs: true);

    public IEnumerable<int> LabelsOfTokens => Labels(ofPairs: false);

    /// <summary>Rows of pairs for which the caller gave no reference log-probability.</summary>
    public IEnumerable<int> RowsWithoutReference =>
        Enumerable.Range(0, _losses.Length).Where(row => _losses[row] is DpoLoss && batch.Rows[row].Reference is null);

    /// <summary>For each row of a pair, the sum of its labels' log-probabilities under the reference.</summary>
    public double[] References { get; } = [.. batch.Rows.Select(row => row.Reference ?? 0)];

    /// <summary>Takes the log-probabilities of the labels from <paramref name="start"/> on; labels of pairs may be taken twice.</summary>
    public void Take(int start, ReadOnlySpan<float> logProbabilities)
    {
        logProbabilities.CopyTo(_logProbabilities.AsSpan(start));
        for (var at = start; at < start + logProbabilities.Length; at++)
        {
            var (row, token) = batch.Places[at];
            if (_losses[row] is TokenLoss loss)
            {
                (_values[at], _slopes[at]) = loss.Of(batch.Rows[row], token, _logProbabilities[at]);
            }
        }
    }

    /// <summary>Computes the slopes of pairs, after all their labels were taken. The two rows of a pair are neighbours.</summary>
    public void ComparePairs()
    {
        foreach (var pair in LabelsOfPairs.GroupBy(at => batch.Places[at].Row - (batch.Rows[batch.Places[at].Row].IsChosen ? 0 : 1)))
        {
            var (chosen, rejected) = (pair.Key, pair.Key + 1);
            var labels = pair.ToLookup(at => batch.Places[at].Row);
            double SumOf(int row) => labels[row].Sum(at => (double)_logProbabilities[at]);
            var (value, slope) = ((DpoLoss)_losses[chosen]).Of(SumOf(chosen), SumOf(rejected), References[chosen], References[rejected]);
            foreach (var at in pair)
            {
                _slopes[at] = batch.Places[at].Row == chosen ? slope : -slope;
            }

            _values[labels[chosen].First()] = value;
        }
    }

    /// <summary>The derivative of the loss by a label's log-probability.</summary>
    public double SlopeOf(int label) => _slopes[label];

    /// <summary>Adds the losses of the micro-batch, and the log-probabilities of its labels, to the calls.</summary>
    public void AddTo(Func<TaskName, PassCall> callOf)
    {
        for (var at = 0; at < _values.Length; at++)
        {
            var task = batch.Owners[at]!.Value;
            var losses = callOf(task).Losses;
            losses[task] = losses[task] with { Sum = losses[task].Sum + _values[at], Tokens = losses[task].Tokens + 1 };
        }

        var labels = Enumerable.Range(0, _values.Length).ToLookup(at => batch.Places[at].Row, at => _logProbabilities[at]);
        foreach (var (at, row) in batch.Rows.Index())
        {
            var task = row.Task!.Value;
            var call = callOf(task);
            call.Losses[task] = call.Losses[task] with { Weight = call.Losses[task].Weight + _losses[at].WeightOf(row) };
            call.LogProbabilities[row] = [.. labels[at]];
        }
    }

    private IEnumerable<int> Labels(bool ofPairs) => Enumerable.Range(0, _values.Length).Where(at => _losses[batch.Places[at].Row] is DpoLoss == ofPairs);
}
