using CoLA.Core.Adapters.Forward;
using CoLA.Core.Cache;
using CoLA.Core.Model;
using CoLA.Core.Sequences;
using static TorchSharp.torch;

namespace CoLA.Core.Engine.Runners;

/// <summary>
/// A step by libtorch, on any device: rows that decode all together, with their U's stacked in lanes; chunks of prompts
/// packed. A deterministic row is computed by itself, since libtorch's products sum in an order that depends on their size.
/// </summary>
internal sealed class TensorRunner : IModelRunner
{
    private readonly CausalLanguageModel _model;
    private readonly TensorKeyValues _cache;
    private readonly LaneAdapters _lanes;
    private readonly List<Sequence> _inLanes = []; // by their row of the decoding batch

    public TensorRunner(CausalLanguageModel model, int blocks)
    {
        _model = model;
        _cache = new TensorKeyValues(model.Config, blocks, model.Device, model.DType);
        _lanes = new LaneAdapters(model.Device, model.DType);
    }

    /// <inheritdoc/>
    public bool IsInvariant => false;

    public StepLogits? Run(IReadOnlyList<Stretch> stretches)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var logits = new Dictionary<Sequence, Tensor>();
        var decoding = stretches.Where(stretch => stretch.Length == 1 && !stretch.Row.Spec.Deterministic).Select(stretch => stretch.Row).ToHashSet();
        Arrange(decoding);
        if (_inLanes.Count > 0)
        {
            Decode(logits);
        }

        var chunks = stretches.Where(stretch => !decoding.Contains(stretch.Row)).ToLookup(stretch => stretch.Row.Spec.Deterministic);
        foreach (var alone in chunks[true])
        {
            Prefill([alone], logits);
        }

        if (chunks[false].Any())
        {
            Prefill([.. chunks[false]], logits);
        }

        var rows = stretches.Where(stretch => stretch.GivesToken).Select(stretch => logits[stretch.Row]).ToArray();
        if (rows.Length == 0)
        {
            return null;
        }

        var values = cat(rows);
        var (largest, best) = values.max(1);
        return new StepLogits(
            values.MoveToOuterDisposeScope(),
            [.. best.cpu().data<long>().ToArray().Select(id => (int)id)],
            largest.cpu().data<float>().ToArray());
    }

    public void Dispose()
    {
        _lanes.Dispose();
        _cache.Dispose();
    }

    /// <summary>Brings the lanes to the rows that decode now: a row's U is copied when it joins, never per step.</summary>
    private void Arrange(HashSet<Sequence> decoding)
    {
        for (var at = _inLanes.Count - 1; at >= 0; at--)
        {
            if (decoding.Contains(_inLanes[at]))
            {
                continue;
            }

            var last = _inLanes.Count - 1;
            _lanes.Leave(at);
            _lanes.Move(last, at);
            _inLanes[at] = _inLanes[last];
            _inLanes.RemoveAt(last);
        }

        foreach (var row in decoding.Except(_inLanes).ToArray())
        {
            _lanes.Join(_inLanes.Count, row.Adapter);
            _inLanes.Add(row);
        }
    }

    private void Decode(Dictionary<Sequence, Tensor> logits)
    {
        var ids = _inLanes.Select(row => (long)row.Tokens[row.Cached]).ToArray();
        using var attention = new DecodeAttention(
            _cache, [.. _inLanes.Select(row => (row.Blocks, row.Cached))], _model.Config, _model.Device, _model.DType);
        var values = _model.Logits(_model.Hidden(tensor(ids, int64, _model.Device), attention, _lanes));
        for (var at = 0; at < ids.Length; at++)
        {
            logits.Add(_inLanes[at], values.narrow(0, at, 1));
        }
    }

    private void Prefill(IReadOnlyList<Stretch> stretches, Dictionary<Sequence, Tensor> logits)
    {
        var ids = stretches.SelectMany(stretch => stretch.Row.Tokens.Skip(stretch.Row.Cached).Take(stretch.Length)).Select(id => (long)id).ToArray();
        using var attention = new PrefillAttention(
            _cache,
            [.. stretches.Select(stretch => (stretch.Row.Blocks, stretch.Row.Cached, stretch.Length))],
            _model.Config,
            _model.Device,
            _model.DType);
        var adapters = new SegmentAdapters(stretches.Select(stretch => (stretch.Length, stretch.Row.Adapter)));
        var hidden = _model.Hidden(tensor(ids, int64, _model.Device), attention, adapters);
        var end = 0;
        foreach (var stretch in stretches)
        {
            end += stretch.Length;
            if (stretch.GivesToken)
            {
                logits.Add(stretch.Row, hidden.narrow(0, end - 1, 1));
            }
        }

        // One product with the head for all that end here.
        var ended = stretches.Where(stretch => stretch.GivesToken).Select(stretch => stretch.Row).ToArray();
        if (ended.Length > 0)
        {
            var values = _model.Logits(cat([.. ended.Select(row => logits[row])]));
            for (var at = 0; at < ended.Length; at++)
            {
                logits[ended[at]] = values.narrow(0, at, 1);
            }
        }
    }
}
