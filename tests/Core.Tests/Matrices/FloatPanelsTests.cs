using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Matrices;

public sealed class FloatPanelsTests : IDisposable
{
    private readonly KernelTeam _team = new(2);
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(7);

    public static TheoryData<int, int> Shapes => new() { { 7, 13 }, { 64, 16 }, { 33, 50 }, { 576, 960 }, { 1600, 70 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Multiply_AnyRows_EqualsLibtorch(int @in, int @out)
    {
        var weight = randn(@out, @in, generator: _random);
        var bias = randn(@out, generator: _random);
        using var panels = FloatPanels.Of([weight], _team);
        foreach (var rows in new[] { 1, 2, 3, 5, 6, 7, 16, 33, 300 })
        {
            var input = randn(rows, @in, generator: _random);

            Assert.InRange(LargestDifference(panels.Multiply(input), nn.functional.linear(input, weight)), 0, 3e-4f);
            Assert.InRange(LargestDifference(panels.Multiply(input, bias), nn.functional.linear(input, weight, bias)), 0, 3e-4f);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Multiply_RowAloneOrAmongOthers_IsEqualBitForBit(int @in, int @out)
    {
        using var panels = FloatPanels.Of([randn(@out, @in, generator: _random)], _team);
        var input = randn(300, @in, generator: _random);
        var together = panels.Multiply(input);
        foreach (var (first, count) in new[] { (0, 1), (32, 1), (5, 2), (7, 6), (1, 13), (20, 3), (99, 130), (299, 1) })
        {
            Assert.True(panels.Multiply(input.narrow(0, first, count)).equal(together.narrow(0, first, count)).all().item<bool>());
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ProductTransposed_AnyRows_EqualsLibtorch(int @in, int @out)
    {
        var weight = randn(@out, @in, generator: _random);
        using var panels = FloatPanels.Of([weight], _team);
        foreach (var rows in new[] { 1, 7, 16, 33, 300 })
        {
            var gradient = randn(rows, @out, generator: _random);

            Assert.InRange(LargestDifference(panels.ProductTransposed(gradient), gradient.matmul(weight)), 0, 3e-4f);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ProductTransposed_RowAloneOrAmongOthersOrByOtherThreads_IsEqualBitForBit(int @in, int @out)
    {
        var weight = randn(@out, @in, generator: _random);
        using KernelTeam alone = new(1), many = new(5);
        using var panels = FloatPanels.Of([weight], _team);
        var gradient = randn(300, @out, generator: _random);
        var together = panels.ProductTransposed(gradient);
        foreach (var team in new[] { alone, many })
        {
            using var others = FloatPanels.Of([weight], team);
            Assert.True(others.ProductTransposed(gradient).equal(together).all().item<bool>());
        }

        foreach (var (first, count) in new[] { (0, 1), (5, 2), (7, 6), (99, 130), (299, 1) })
        {
            Assert.True(panels.ProductTransposed(gradient.narrow(0, first, count)).equal(together.narrow(0, first, count)).all().item<bool>());
        }
    }

    [Fact]
    public void ToDense_SeveralParts_AreSideBySide()
    {
        Tensor[] parts = [randn(20, 9, generator: _random), randn(3, 9, generator: _random)];
        using var panels = FloatPanels.Of(parts, _team);

        Assert.Equal(0, LargestDifference(panels.ToDense(), cat(parts).t()));
        Assert.Equal((9, 23), (panels.In, panels.Out));
    }

    [Fact]
    public void Columns_Ids_AreTheEmbeddings()
    {
        var weight = randn(50, 9, generator: _random);
        using var panels = FloatPanels.Of([weight], _team);
        var ids = tensor(new long[] { 49, 0, 17, 17 });

        Assert.Equal(0, LargestDifference(panels.Columns(ids), weight.index_select(0, ids)));
    }

    [Fact]
    public void Multiply_InputWithGradient_GivesLibtorchsGradient()
    {
        Tensor[] weights = [randn(50, 9, generator: _random), randn(9, 50, generator: _random)];
        using var first = FloatPanels.Of([weights[0]], _team);
        using var second = FloatPanels.Of([weights[1]], _team);
        var input = randn(4, 9, generator: _random).requires_grad_();
        var twin = input.detach().clone().requires_grad_();

        autograd.backward([second.Multiply(first.Multiply(input)).square().sum()]);
        autograd.backward([nn.functional.linear(nn.functional.linear(twin, weights[0]), weights[1]).square().sum()]);

        Assert.InRange(LargestDifference(input.grad!, twin.grad!) / twin.grad!.abs().max().item<float>(), 0, 1e-5f);
    }

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
        _team.Dispose();
    }

    private static float LargestDifference(Tensor left, Tensor right) => (left - right).abs().max().item<float>();
}
