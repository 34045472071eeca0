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
        foreach (var row in rows)
        {
            for (var t = 1; t < row.Ids.Count; t++)
            {
                if (row.Weights[t] > 0)
                {
                    positions.Add(ids.Count + t - 1); // token t is predicted by the logits of position t - 1
                    labels.Add(row.Ids[t]);
                    weights.Add(row.Weights[t]);
                    owners.Add(row.Task);
                }
            }

            ids.AddRange(row.Ids.Select(id => (long)id));
        }

        Ids = tensor(ids.ToArray(), int64, model.Device).DetachFromDisposeScope();
        Positions = tensor(positions.ToArray(), int64, model.Device).DetachFromDisposeScope();
        Labels = tensor(labels.ToArray(), int64, model.Device).DetachFromDisposeScope();
        Weights = weights;
        Owners = owners;
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

    public PackedAttention Attention { get; }

    /// <summary>
    /// Cuts <paramref name="examples"/> into micro-batches of at most <paramref name="tokenBudget"/> tokens (a longer row
    /// goes alone). Rows without weight are left out. Rows of one task come together, in the order they were sent.
    /// </summary>
    public static IEnumerable<IReadOnlyList<EncodedExample>> Cut(IEnumerable<EncodedExample> examples, Func<int> tokenBudget)
    {
        var batch = new List<EncodedExample>();
        var tokens = 0;
        var budget = 0;
        foreach (var row in examples.Where(row => row.Weight > 0).GroupBy(row => row.Task).SelectMany(rows => rows))
        {
            if (batch.Count > 0 && tokens + row.Ids.Count > budget)
            {
                yield return batch;
                batch = [];
                tokens = 0;
            }

            budget = batch.Count == 0 ? tokenBudget() : budget;
            batch.Add(row);
            tokens += row.Ids.Count;
        }

        if (batch.Count > 0)
        {
            yield return batch;
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
