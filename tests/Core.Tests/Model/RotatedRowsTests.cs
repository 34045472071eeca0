using CoLA.Core.Model;
using CoLA.Core.Weights;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Model;

public sealed class RotatedRowsTests : IDisposable
{
    private const int Heads = 6;
    private const int KeyValueHeads = 2;

    private readonly TemporaryDirectory _directory = new();
    private readonly KernelNodes _nodes = new();

    [Theory]
    [InlineData(1, 16, false, false)]
    [InlineData(9, 64, false, false)]
    [InlineData(9, 64, true, true)]
    [InlineData(5, 20, true, false)]
    [InlineData(5, 6, false, true)]
    public void Of_AnyTokens_EqualsLibtorch(int tokens, int headDim, bool queryNorm, bool keyNorm)
    {
        using var checkpoint = Checkpoint.Open(RandomModel.Write(_directory));
        var config = checkpoint.Config with { Heads = Heads, KeyValueHeads = KeyValueHeads, HeadDim = headDim };
        using var rotary = new RotaryEmbedding(config, CPU);
        var angles = rotary.At(tensor(Enumerable.Range(0, tokens).Select(at => (long)(at * 7 % 11)).ToArray()));
        var (forQueries, forKeys) = (queryNorm ? _nodes.Random(headDim) : null, keyNorm ? _nodes.Random(headDim) : null);
        long[] widths = [Heads * headDim, KeyValueHeads * headDim, KeyValueHeads * headDim];
        Tensor NormAndRotate(Tensor features, Tensor? norm)
        {
            var heads = features.reshape(tokens, -1, headDim);
            return RotaryEmbedding.Rotate(norm is null ? heads : RmsNorm.Apply(heads, norm, config.RmsNormEpsilon), angles).flatten(1);
        }

        KernelNodes.AssertEqual(
            _nodes.Random(tokens, widths.Sum()),
            joined => RotatedRows.Of(joined, angles, (forQueries, forKeys), config, _nodes.Team),
            joined =>
            {
                var parts = joined.split(widths, 1);
                return cat([NormAndRotate(parts[0], forQueries), NormAndRotate(parts[1], forKeys), parts[2]], 1);
            });
    }

    public void Dispose()
    {
        _nodes.Dispose();
        _directory.Dispose();
    }
}
