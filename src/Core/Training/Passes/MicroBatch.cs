using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Training.Examples;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Passes;

/// <summary>
/// Rows that go through the model together, packed one after another without padding, the rows of one task side by side.
/// Logits are computed only for the positions that have labels.
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

    public void Dispose()
    {
        Ids.Dispose();
        Positions.Dispose();
        Labels.Dispose();
        Attention.Dispose();
    }
}
