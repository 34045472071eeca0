using CoLA.Core.Model;
using CoLA.Core.Tenancy;
using static TorchSharp.torch;

namespace CoLA.Core.Training;

/// <summary>
/// Some rows of a step, packed one behind the other without padding, rows of one task side by side; and the positions
/// that have labels, which are the only ones whose logits are ever computed.
/// </summary>
internal sealed class MicroBatch : IDisposable
{
    public MicroBatch(CausalLanguageModel model, IReadOnlyList<EncodedExample> rows)
    {
        Rows = rows;
        var ids = new List<long>();
        var positions = new List<long>();
        var labels = new List<long>();
        var weights = new List<float>();
        var owners = new List<TaskName?>();
        var places = new List<(int, int)>();
        foreach (var (at, row) in rows.Index())
        {
            for (var t = 1; t < row.Ids.Count; t++)
            {
                if (row.Weights[t] > 0)
                {
                    positions.Add(ids.Count + t - 1); // token t is predicted by the logits of position t - 1
                    labels.Add(row.Ids[t]);
                    weights.Add(row.Weights[t]);
                    owners.Add(row.Task);
                    places.Add((at, t));
                }
            }

            ids.AddRange(row.Ids.Select(id => (long)id));
        }

        Ids = tensor(ids.ToArray(), int64, model.Device).DetachFromDisposeScope();
        Positions = tensor(positions.ToArray(), int64, model.Device).DetachFromDisposeScope();
        Labels = tensor(labels.ToArray(), int64, model.Device).DetachFromDisposeScope();
        Weights = weights;
        Owners = owners;
        Places = places;
        Attention = new PackedAttention([.. rows.Select(row => row.Ids.Count)], model.Config, model.Device);
    }

    public IReadOnlyList<EncodedExample> Rows { get; }

    /// <summary>(tokens)</summary>
    public Tensor Ids { get; }

    /// <summary>(labels): the position in the batch whose logits predict the label.</summary>
    public Tensor Positions { get; }

    /// <summary>(labels)</summary>
    public Tensor Labels { get; }

    /// <summary>Weight of each label.</summary>
    public IReadOnlyList<float> Weights { get; }

    /// <summary>Task of each label.</summary>
    public IReadOnlyList<TaskName?> Owners { get; }

    /// <summary>Row of each label, and its place in the row.</summary>
    public IReadOnlyList<(int Row, int Token)> Places { get; }

    public PackedAttention Attention { get; }

    /// <summary>
    /// Cuts <paramref name="examples"/> into micro-batches of at most <paramref name="tokenBudget"/> tokens (a longer row
    /// goes alone), a pair never in two. Rows without weight are left out. Rows of one task come together, in the order they
    /// were sent.
    /// </summary>
    public static IEnumerable<IReadOnlyList<EncodedExample>> Cut(IEnumerable<EncodedExample> examples, Func<int> tokenBudget)
    {
        var batch = new List<EncodedExample>();
        var tokens = 0;
        var budget = 0;
        foreach (var rows in examples.Where(row => row.Weight > 0).GroupBy(row => row.Task).SelectMany(Indivisible))
        {
            var own = rows.Sum(row => row.Ids.Count);
            if (batch.Count > 0 && tokens + own > budget)
            {
                yield return batch;
                batch = [];
                tokens = 0;
            }

            budget = batch.Count == 0 ? tokenBudget() : budget;
            batch.AddRange(rows);
            tokens += own;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>Rows one by one, and pairs as they are.</summary>
    private static IEnumerable<EncodedExample[]> Indivisible(IEnumerable<EncodedExample> rows)
    {
        EncodedExample? chosen = null;
        foreach (var row in rows)
        {
            if (row.IsChosen)
            {
                chosen = row;
            }
            else
            {
                yield return chosen is null ? [row] : [chosen, row];
                chosen = null;
            }
        }
    }

    public void Dispose()
    {
        Ids.Dispose();
        Positions.Dispose();
        Labels.Dispose();
        Attention.Dispose();
    }
}
