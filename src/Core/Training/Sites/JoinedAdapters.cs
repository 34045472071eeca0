using CoLA.Core.Adapters.Forward;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Sites;

/// <summary>Adapters of a micro-batch of several pools in libtorch's operations: <see cref="TensorAdapters"/> of each pool for its own rows.</summary>
/// <param name="pools">The rows of each pool, in the order of the batch.</param>
internal sealed class JoinedAdapters(IReadOnlyList<PoolRows> pools) : ProjectedAdapters
{
    private readonly TensorAdapters[] _pools = [.. pools.Select(pool => new TensorAdapters(pool.Pool, pool.Tasks))];
    private readonly long[] _tokens = [.. pools.Select(pool => (long)pool.Tokens)];

    public override object? Project(int layer, Site site, Tensor input)
    {
        var inputs = input.split(_tokens);
        return _pools.Select((pool, at) => pool.Project(layer, site, inputs[at])).ToArray();
    }

    public override Tensor Add(int layer, Target target, Tensor output, object? projected)
    {
        var outputs = output.split(_tokens);
        var each = (object?[])projected!;
        return cat([.. _pools.Select((pool, at) => pool.Add(layer, target, outputs[at], each[at]))]);
    }
}
