using CoLA.Core.Adapters;
using CoLA.Core.Cache;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Engine;

/// <summary>Turns rows into logits: prompts stretch by stretch, decoding rows all together.</summary>
internal sealed class ModelRunner(CausalLanguageModel model, KeyValueCache cache, LaneAdapters lanes)
{
    /// <summary>
    /// Reads prompts on, from row <see cref="RunningRows.Decoding"/>, at most <paramref name="tokens"/> of them. Returns how
    /// many rows were read, and the logits (rows, vocabulary) of those whose prompt ends, which come first; null for none.
    /// </summary>
    public (int Read, int Finished, Tensor? Logits) Prefill(RunningRows rows, int tokens)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var stretches = new List<PrefillAttention.Stretch>();
        var ids = new List<long>();
        var ends = new List<long>();
        for (var slot = rows.Decoding; slot < rows.Count && ids.Count < tokens; slot++)
        {
            var row = rows[slot];
            var length = Math.Min(tokens - ids.Count, row.Spec.Prompt.Count - row.Cached);
            stretches.Add(new PrefillAttention.Stretch(slot, row.Cached, length));
            ids.AddRange(row.Spec.Prompt.Skip(row.Cached).Take(length).Select(id => (long)id));
            row.Cached += length;
            row.Account.Prefilled(length);
            if (row.IsPrefilled)
            {
                ends.Add(ids.Count - 1);
            }
        }

        using var attention = new PrefillAttention(cache, stretches, model.Config, model.Device, model.DType);
        var adapters = new SegmentAdapters(stretches.Select(stretch => (stretch.Length, rows.AdapterOf(stretch.Row))));
        var hidden = model.Hidden(tensor(ids.ToArray(), int64, model.Device), attention, adapters);
        if (ends.Count == 0)
        {
            return (stretches.Count, 0, null);
        }

        var last = hidden.index_select(0, tensor(ends.ToArray(), int64, model.Device));
        return (stretches.Count, ends.Count, model.Logits(last).MoveToOuterDisposeScope());
    }

    /// <summary>One token for every decoding row: logits (rows, vocabulary).</summary>
    public Tensor Decode(RunningRows rows)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var ids = new long[rows.Decoding];
        var lengths = new int[rows.Decoding];
        for (var slot = 0; slot < ids.Length; slot++)
        {
            ids[slot] = rows[slot].LastToken;
            lengths[slot] = rows[slot].Cached++;
        }

        using var attention = new DecodeAttention(cache, lengths, model.Config, model.Device, model.DType);
        var hidden = model.Hidden(tensor(ids, int64, model.Device), attention, lanes);
        return model.Logits(hidden).MoveToOuterDisposeScope();
    }
}
