using CoLA.Core.Model;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Model;

public sealed class GatedRowsTests : IDisposable
{
    private readonly KernelNodes _nodes = new();

    [Theory]
    [InlineData(1, 8)]
    [InlineData(7, 29)]
    [InlineData(100, 1536)]
    public void Of_AnyRows_EqualsLibtorch(int rows, int width) => KernelNodes.AssertEqual(
        _nodes.Random(rows, 2 * width) * 4,
        joined => GatedRows.Of(joined, _nodes.Team),
        joined => nn.functional.silu(joined.narrow(1, 0, width)) * joined.narrow(1, width, width));

    [Fact]
    public void Of_GateFarFromZero_IsFiniteInValueAndGradient()
    {
        var joined = tensor(new[] { -200f, -90f, 90f, 200f, 1f, 1f, 1f, 1f }).view(1, 8).requires_grad_();

        var gated = GatedRows.Of(joined, _nodes.Team);
        autograd.backward([gated.sum()]);

        Assert.Equal([0f, 0f, 90f, 200f], gated.data<float>().ToArray().Select(value => MathF.Round(value, 5)));
        Assert.Equal([0f, 0f, 1f, 1f, 0f, 0f, 90f, 200f], joined.grad!.data<float>().ToArray().Select(value => MathF.Round(value, 5)));
    }

    public void Dispose() => _nodes.Dispose();
}
