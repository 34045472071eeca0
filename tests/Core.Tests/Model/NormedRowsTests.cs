using CoLA.Core.Model;
using Xunit;

namespace CoLA.Core.Tests.Model;

public sealed class NormedRowsTests : IDisposable
{
    private const double Epsilon = 1e-5;

    private readonly KernelNodes _nodes = new();

    [Theory]
    [InlineData(1, 8)]
    [InlineData(7, 29)]
    [InlineData(100, 576)]
    public void Of_AnyRows_EqualsLibtorch(int rows, int width)
    {
        var weight = _nodes.Random(width);

        KernelNodes.AssertEqual(
            _nodes.Random(rows, width), features =>
                NormedRows.Of(features, weight, Epsilon, _nodes.Team), features => RmsNorm.Apply(features, weight, Epsilon));
    }

    public void Dispose() => _nodes.Dispose();
}
