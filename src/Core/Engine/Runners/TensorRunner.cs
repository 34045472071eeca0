using CoLA.Core.Adapters.Forward;
using CoLA.Core.Cache;
using CoLA.Core.Model;
using CoLA.Core.Sequences;
using static TorchSharp.torch;

namespace CoLA.Core.Engine.Runners;

/// <summary>
/// Runs a step with libtorch, on any device. All decoding rows form one batch, with their U's stacked in lanes; prompt
/// chunks are packed into another. A deterministic row is computed alone, because libtorch's products sum in an order that
/// depends on their size.
/// </summary>
internal sealed class TensorRunner : IModelRunner
{
    private readonly CausalLanguageModel _model;
    private readonly TensorKeyValues _cache;
    private readonly LaneAdapters _lanes;
    private readonly List<Sequence> _inLanes = []; // index: row of the decoding batch

    public TensorRunner(CausalLanguageModel model, int blocks)
    {
        _model = model;
        _cache = new TensorKeyValues(model.Config, blocks, model.Device, model.DType);
        _lanes = new LaneAdapters(model.Device, model.DType);
    }

    /// <inheritdoc/>
    public bool IsInvariant => false;

    public StepLogits? Run(IReadOnlyList<RowChunk> chunks)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var logits = new Dictionary<Sequence, Tensor>();
        var decoding = chunks.Where(chunk => chunk.Length == 1 && !chunk.Row.Spec.Deterministic).Select(chunk => chunk.Row).ToHashSet();
        Arrange(decoding);
        if (_inLanes.Count > 0)
        {
            Decode(logits);
        }

        var prefills = chunks.Where(chunk => !decoding.Contains(chunk.Row)).ToLookup(chunk => chunk.Row.Spec.Deterministic);
        foreach (var alone in prefills[true])
        {
            Prefill([alone], logits);
        }

        if (prefills[false].Any())
        {
            Prefill([.. prefills[false]], logits);
        }

        var rows = chunks.Where(chunk => chunk.ProducesToken).Select(chunk => logits[chunk.Row]).ToArray();
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

    /// <summary>Updates the lanes to the rows that decode now. A row's U is copied once, when the row joins, not at every step.</summary>
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

    private void Prefill(IReadOnlyList<RowChunk> chunks, Dictionary<Sequence, Tensor> logits)
    {
        var ids = chunks.SelectMany(chunk => chunk.Row.Tokens.Skip(chunk.Row.Cached).Take(chunk.Length)).Select(id => (long)id).ToArray();
        using var attention = new PrefillAttention(
            _cache,
            [.. chunks.Select(chunk => (chunk.Row.Blocks, chunk.Row.Cached, chunk.Length))],
            _model.Config,
            _model.Device,
            _model.DType);
        var adapters = new SegmentAdapters(chunks.Select(chunk => (chunk.Length, chunk.Row.Adapter)));
        var hidden = _model.Hidden(tensor(ids, int64, _model.Device), attention, adapters);
        var end = 0;
        foreach (var chunk in chunks)
        {
            end += chunk.Length;
            if (chunk.ProducesToken)
            {
                logits.Add(chunk.Row, hidden.narrow(0, end - 1, 1));
            }
        }

        // One product with the output head for all rows that end in this step.
        var ended = chunks.Where(chunk => chunk.ProducesToken).Select(chunk => chunk.Row).ToArray();
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
