using CoLA.Core.Cache;
using CoLA.Core.Configuration;
using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Sequences;
using static TorchSharp.torch;

namespace CoLA.Core.Engine.Runners;

/// <summary>
/// Runs a step on the CPU with the kernels of this project. A layer is nine jobs of the kernel team, with no call into
/// libtorch and no allocation between them. The order of every sum depends on the row alone, so a row's bits depend neither
/// on the other rows of the batch nor on how its prompt was cut into chunks.
/// </summary>
internal sealed unsafe class KernelRunner : IModelRunner
{
    /// <summary>The largest number of targets at one site: q, k and v.</summary>
    private const int MostTargets = 3;

    private readonly CausalLanguageModel _model;
    private readonly ModelConfig _config;
    private readonly KernelTeam _team;
    private readonly PanelKeyValues _cache;
    private readonly StepTokens _tokens;
    private readonly KernelLayer[] _layers;
    private readonly NativeBuffer<float> _hidden = new();
    private readonly NativeBuffer<float> _normed = new();
    private readonly NativeBuffer<float> _queryKeyValue = new();
    private readonly NativeBuffer<float> _mixed = new();
    private readonly NativeBuffer<float> _branch = new();
    private readonly NativeBuffer<float> _joined = new();
    private readonly NativeBuffer<float> _gated = new();
    private readonly NativeBuffer<float> _projected = new();
    private readonly NativeBuffer<PanelProduct> _products = new();
    private readonly PanelMatrix _lmHead;
    private readonly float* _finalNorm;
    private readonly float* _cos;
    private readonly float* _sin;
    private readonly int _queryWidth;
    private readonly int _joinedWidth;

    public KernelRunner(CausalLanguageModel model, int blocks)
    {
        _model = model;
        _config = model.Config;
        _team = model.Team!;
        _cache = new PanelKeyValues(_config, blocks);
        _tokens = new StepTokens(_config.KeyValueHeads, _config.Heads / _config.KeyValueHeads);
        _layers = [.. model.Weights.Layers.Select(layer => new KernelLayer(layer))];
        _lmHead = (PanelMatrix)model.Weights.LmHead;
        _finalNorm = model.Weights.FinalNorm.Floats();
        _cos = model.Rotary.Cos.Floats();
        _sin = model.Rotary.Sin.Floats();
        _queryWidth = _config.Heads * _config.HeadDim;
        _joinedWidth = _queryWidth + 2 * _config.KeyValueHeads * _config.HeadDim;
    }

    /// <inheritdoc/>
    public bool IsInvariant => true;

    public StepLogits? Run(IReadOnlyList<RowChunk> chunks)
    {
        using var noGrad = no_grad();
        _tokens.Set(chunks);
        Embed();
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            Attention(layer);
            FeedForward(layer);
        }

        return _tokens.Ends.Length == 0 ? null : Logits();
    }

    public void Dispose()
    {
        _cache.Dispose();
        _tokens.Dispose();
        IDisposable[] buffers = [_hidden, _normed, _queryKeyValue, _mixed, _branch, _joined, _gated, _projected, _products];
        foreach (var buffer in buffers)
        {
            buffer.Dispose();
        }
    }

    private void Embed()
    {
        var width = _config.HiddenSize;
        var hidden = _hidden.Of((long)_tokens.Count * width);
        var normed = _normed.Of((long)_tokens.Count * width);
        using var ids = tensor(_tokens.Ids, int64);
        using var embedded = _model.Embed(ids);
        new ReadOnlySpan<float>(embedded.Floats(), _tokens.Count * width).CopyTo(new Span<float>(hidden, _tokens.Count * width));
        for (var token = 0; token < _tokens.Count; token++, hidden += width, normed += width)
        {
            NormJob.Norm(hidden, _layers[0].AttentionNorm, normed, width, (float)_config.RmsNormEpsilon);
        }
    }

    private void Attention(int layer)
    {
        var weights = _layers[layer];
        var joined = _queryKeyValue.Of((long)_tokens.Count * _joinedWidth);
        Multiply(layer, Site.AttentionInput, weights.QueryKeyValue, weights.QueryKeyValueBias, _normed.Start, joined);
        var heads = new QueryKeyValueJob
        {
            Tiles = _tokens.Tiles,
            Runs = _tokens.Runs,
            Layer = layer,
            Target = (int)Target.Q,
            Site = (int)Site.AttentionInput,
            HeadDim = _config.HeadDim,
            Group = _config.Heads / _config.KeyValueHeads,
            Joined = joined,
            QueryNorm = weights.QueryNorm,
            KeyNorm = weights.KeyNorm,
            Epsilon = (float)_config.RmsNormEpsilon,
            Cos = _cos,
            Sin = _sin,
            Positions = _tokens.Positions,
            Blocks = _tokens.Blocks,
            Cache = _cache.Of(layer),
        };
        _team.Run(ref heads, _tokens.TileHeads);
        var mixed = _mixed.Of((long)_tokens.Count * _queryWidth);
        var attention = new AttentionJob
        {
            Tiles = _tokens.Queries,
            HeadDim = _config.HeadDim,
            Group = heads.Group,
            Window = _config.SlidingWindow ?? int.MaxValue / 2,
            Joined = joined,
            Mixed = mixed,
            Cache = heads.Cache,
        };
        _team.Run(ref attention, _tokens.QueryHeads);
        var branch = _branch.Of((long)_tokens.Count * _config.HiddenSize);
        Multiply(layer, Site.AttentionOutput, weights.Output, weights.OutputBias, mixed, branch);
        AddAndNorm(layer, Target.O, Site.AttentionOutput, branch, weights.FeedForwardNorm);
    }

    private void FeedForward(int layer)
    {
        var weights = _layers[layer];
        var joined = _joined.Of(2L * _tokens.Count * _config.IntermediateSize);
        Multiply(layer, Site.FeedForwardInput, weights.GateUp, weights.GateUpBias, _normed.Start, joined);
        var gate = new GateJob
        {
            Tiles = _tokens.Tiles,
            Runs = _tokens.Runs,
            Layer = layer,
            Gate = (int)Target.Gate,
            Up = (int)Target.Up,
            Site = (int)Site.FeedForwardInput,
            Width = _config.IntermediateSize,
            Joined = joined,
            Gated = _gated.Of((long)_tokens.Count * _config.IntermediateSize),
        };
        _team.Run(ref gate, _tokens.TileCount * gate.Slices);
        var branch = _branch.Of((long)_tokens.Count * _config.HiddenSize);
        Multiply(layer, Site.FeedForwardOutput, weights.Down, weights.DownBias, gate.Gated, branch);
        AddAndNorm(layer, Target.Down, Site.FeedForwardOutput, branch, layer + 1 < _layers.Length ? _layers[layer + 1].AttentionNorm : _finalNorm);
    }

    /// <summary>Multiplies all tokens by the base weight and, in the same job, each lane's tokens by the A of the lane's pool.</summary>
    private void Multiply(int layer, Site site, PanelMatrix matrix, float* bias, float* input, float* output)
    {
        var products = _products.Of(1 + _tokens.Lanes.Count + _tokens.RoutedRuns * MostTargets);
        var count = 0;
        products[count++] = matrix.Product(input, _tokens.Count, bias, output);
        var projected = ProjectedOf(layer, site);
        foreach (var lane in _tokens.Lanes)
        {
            var place = ((PoolProjection*)lane.Sites)[layer * SiteMap.All.Count + (int)site];
            if (place.Projection != null)
            {
                products[count++] = PanelProduct.OfRowMajor(
                    place.Projection, matrix.In, place.Columns, input + (long)lane.First * matrix.In, lane.Count, projected, place.Width);
                projected += (long)lane.Count * place.Width;
            }
        }

        if (_tokens.RoutedRuns > 0)
        {
            count = AddRouters(layer, site, matrix.In, input, products, count);
        }

        var group = new ProductGroup { Products = products, Count = count };
        _team.Run(ref group, group.Chunks);
        if (_tokens.RoutedRuns > 0)
        {
            Route(layer, site);
        }
    }

    /// <summary>Adds the router products. Each task has its own router, so its logits are one small product per run, next to the lane's projection.</summary>
    private int AddRouters(int layer, Site site, int width, float* input, PanelProduct* products, int count)
    {
        for (var at = 0; at < _tokens.RunCount; at++)
        {
            ref readonly var run = ref _tokens.Runs[at];
            foreach (var target in SiteMap.TargetsOf(site))
            {
                ref readonly var place = ref run.HeadsOf(layer, (int)target);
                if (place.Router != null)
                {
                    products[count++] = PanelProduct.OfRowMajor(
                        place.Router,
                        width,
                        place.RouterColumns,
                        input + (long)run.First * width,
                        run.Count,
                        run.RowOf(layer, (int)site, run.First) + place.RouterColumn,
                        run.Projections[layer * SiteMap.All.Count + (int)site].Width);
                }
            }
        }

        return count;
    }

    private void Route(int layer, Site site)
    {
        var targets = SiteMap.TargetsOf(site);
        var job = new RouteJob
        {
            Tiles = _tokens.Tiles,
            Runs = _tokens.Runs,
            Layer = layer,
            Site = (int)site,
            Target = (int)targets[0],
            Targets = targets.Count,
        };
        _team.Run(ref job, _tokens.TileCount);
    }

    /// <summary>
    /// Reserves memory for the projected input (A x) of every lane at a site, one lane after the other, and stores its
    /// address in the lane's runs. Returns the address of the first lane.
    /// </summary>
    private float* ProjectedOf(int layer, Site site)
    {
        var floats = 0L;
        foreach (var lane in _tokens.Lanes)
        {
            floats += (long)lane.Count * ((PoolProjection*)lane.Sites)[layer * SiteMap.All.Count + (int)site].Width;
        }

        var start = _projected.Of(floats);
        var place = start;
        var run = 0;
        foreach (var lane in _tokens.Lanes)
        {
            for (; run < _tokens.RunCount && _tokens.Runs[run].LaneFirst == lane.First; run++)
            {
                _tokens.Runs[run].Projected = place;
            }

            place += (long)lane.Count * ((PoolProjection*)lane.Sites)[layer * SiteMap.All.Count + (int)site].Width;
        }

        return start;
    }

    private void AddAndNorm(int layer, Target target, Site site, float* branch, float* norm)
    {
        var job = new NormJob
        {
            Tiles = _tokens.Tiles,
            Runs = _tokens.Runs,
            Layer = layer,
            Target = (int)target,
            Site = (int)site,
            Width = _config.HiddenSize,
            Branch = branch,
            Hidden = _hidden.Start,
            Normed = _normed.Start,
            Weight = norm,
            Epsilon = (float)_config.RmsNormEpsilon,
        };
        _team.Run(ref job, _tokens.TileCount);
    }

    private StepLogits Logits()
    {
        var ends = _tokens.Ends;
        int width = _config.HiddenSize, vocabulary = _config.VocabularySize;
        var last = _branch.Of((long)ends.Length * width);
        for (var row = 0; row < ends.Length; row++)
        {
            new ReadOnlySpan<float>(_normed.Start + (long)ends[row] * width, width).CopyTo(new Span<float>(last + (long)row * width, width));
        }

        var values = empty([ends.Length, vocabulary], float32, CPU);
        var product = _lmHead.Product(last, ends.Length, null, values.Floats());
        _team.Run(ref product, product.Chunks);
        var best = new int[ends.Length];
        var largest = new float[ends.Length];
        fixed (int* bestStart = best)
        fixed (float* largestStart = largest)
        {
            var maximum = new ArgMaxJob { Values = product.Y, Width = vocabulary, Best = bestStart, Largest = largestStart };
            _team.Run(ref maximum, ends.Length);
        }

        return new StepLogits(values, best, largest);
    }
}
