using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Matrices;

/// <summary>Quantised panels: <see cref="Int8Panels"/> and <see cref="Int4Panels"/>.</summary>
public sealed class QuantizedPanelsTests : IDisposable
{
    private readonly KernelTeam _team = new(2);
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(7);

    public static TheoryData<bool, int, int> Shapes => new()
    {
        { false, 7, 13 }, { false, 33, 50 }, { false, 576, 960 }, { true, 32, 13 }, { true, 64, 50 }, { true, 576, 960 }, { true, 1600, 70 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Multiply_AnyRows_EqualsTheProductWithTheDenseMatrix(bool four, int @in, int @out)
    {
        var bias = randn(@out, generator: _random);
        using var panels = Panels(four, randn(@out, @in, generator: _random));
        var dense = panels.ToDense();
        foreach (var rows in new[] { 1, 2, 3, 7, 16, 33 })
        {
            var input = randn(rows, @in, generator: _random);

            Assert.InRange(LargestDifference(panels.Multiply(input), input.matmul(dense)), 0, 3e-4f);
            Assert.InRange(LargestDifference(panels.Multiply(input, bias), input.matmul(dense) + bias), 0, 3e-4f);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Multiply_RowAloneOrAmongOthers_IsEqualBitForBit(bool four, int @in, int @out)
    {
        var bias = randn(@out, generator: _random);
        using var panels = Panels(four, randn(@out, @in, generator: _random));
        var input = randn(33, @in, generator: _random);
        foreach (var added in new[] { null, bias })
        {
            var together = panels.Multiply(input, added);
            foreach (var (first, count) in new[] { (0, 1), (32, 1), (5, 2), (7, 6), (1, 13), (20, 3) })
            {
                Assert.True(panels.Multiply(input.narrow(0, first, count), added).equal(together.narrow(0, first, count)).all().item<bool>());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Multiply_Int4_IsBitEqualToTheProductWithItsValues(int rows)
    {
        using var panels = Panels(true, randn(70, 96, generator: _random));
        using var values = FloatPanels.Of([panels.ToDense().t()], _team);
        var input = randn(rows, 96, generator: _random);

        Assert.True(panels.Multiply(input).equal(values.Multiply(input)).all().item<bool>());
    }

    [Theory]
    [InlineData(false, 127 * 2)]
    [InlineData(true, 15)]
    public void ToDense_RandomWeight_IsWithinHalfAStep(bool four, int steps)
    {
        var weight = randn(50, 64, generator: _random);
        using var panels = Panels(four, weight);
        var extents = four ? weight.view(50, 2, 32) : weight.view(50, 1, 64);
        var step = (four ? extents.amax([2]) - extents.amin([2]) : 2 * extents.abs().amax([2])) / steps;

        var errors = (panels.ToDense().t() - weight).abs().view(50, four ? 2 : 1, -1);

        Assert.True((errors <= (step * 0.5001f).unsqueeze(2)).all().item<bool>());
        Assert.True((errors > 0).any().item<bool>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ToDense_SeveralParts_AreSideBySide(bool four)
    {
        Tensor[] parts = [randn(20, 32, generator: _random), randn(3, 32, generator: _random), zeros(5, 32)];
        using var together = Panels(four, parts);
        var alone = parts.Select(part => Panels(four, part)).ToArray();

        Assert.Equal(0, LargestDifference(together.ToDense(), cat([.. alone.Select(part => part.ToDense())], 1)));
        Assert.Equal((32, 28), (together.In, together.Out));
        Array.ForEach(alone, part => part.Dispose());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Columns_Ids_AreColumnsOfTheDenseMatrix(bool four)
    {
        using var panels = Panels(four, randn(50, 64, generator: _random));
        var ids = tensor(new long[] { 49, 0, 17, 17 });

        Assert.Equal(0, LargestDifference(panels.Columns(ids), panels.ToDense().index_select(1, ids).t()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Multiply_InputWithGradient_GivesTheGradientOfTheDenseMatrix(bool four)
    {
        using var panels = Panels(four, randn(50, 64, generator: _random));
        var input = randn(4, 64, generator: _random).requires_grad_();
        var twin = input.detach().clone().requires_grad_();

        autograd.backward([panels.Multiply(input).square().sum()]);
        autograd.backward([twin.matmul(panels.ToDense()).square().sum()]);

        Assert.InRange(LargestDifference(input.grad!, twin.grad!) / twin.grad!.abs().max().item<float>(), 0, 1e-5f);
    }

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
        _team.Dispose();
    }

    private PanelMatrix Panels(bool four, params Tensor[] weights) =>
        four ? Int4Panels.Of([.. weights.Select(GroupCodes.Of)], _team) : Int8Panels.Of(weights, _team);

    private static float LargestDifference(Tensor left, Tensor right) => (left - right).abs().max().item<float>();
}
