using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Kernels;

public sealed unsafe class AdaptedProductTests : IDisposable
{
    private const int Rows = 300;
    private const int In = 70;
    private const int Out = 150;
    private const int Rank = 9;

    private readonly KernelTeam _team = new(3);
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(7);

    /// <summary>First row, rows, first column, columns: within a chunk, across several, whole.</summary>
    public static TheoryData<int, int, int, int> Places => new() { { 3, 5, 7, 11 }, { 100, 57, 20, 61 }, { 0, Rows, 0, Out }, { 299, 1, 149, 1 } };

    [Theory]
    [MemberData(nameof(Places))]
    public void Run_AdditionsAnywhere_EqualsOneAfterTheOther(int row, int rows, int column, int columns)
    {
        using var matrix = FloatPanels.Of([Random(Out, In)], _team);
        var x = Random(Rows, In);
        Tensor together = zeros(Rows, Out), apart = zeros(Rows, Out);

        AssertEqual(together, apart, row, rows, column, columns, y => matrix.Product(x.Floats(), Rows, null, y.Floats()));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Run_AdditionsToATransposedProduct_EqualsOneAfterTheOther(int row, int rows, int column, int columns)
    {
        using var matrix = FloatPanels.Of([Random(In, Out)], _team);
        var x = Random(Rows, In);
        Tensor together = zeros(Rows, Out), apart = zeros(Rows, Out);

        AssertEqual(together, apart, row, rows, column, columns, y => matrix.ProductTransposed(x.Floats(), Rows, y.Floats()));
    }

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
        _team.Dispose();
    }

    /// <summary>Two additions to the same place, the second from other operands.</summary>
    private void AssertEqual<TProduct>(
        Tensor together, Tensor apart, int row, int rows, int column, int columns, Func<Tensor, TProduct> productOf)
        where TProduct : unmanaged, IProductJob
    {
        Tensor[] z = [Random(rows, Rank), Random(rows, Rank)], u = [Random(Rank, columns), Random(Rank, columns)];
        StridedProduct[] AdditionsTo(Tensor y) =>
        [
            .. Enumerable.Range(0, 2).Select(at => StridedProduct.OfRowMajor(u[at].Floats(), columns, Rank, columns)
                .Of(z[at].Floats(), Rank, rows, y.Floats() + row * Out + column, Out, Start.Sum)),
        ];

        fixed (StridedProduct* additions = AdditionsTo(together))
        {
            var product = productOf(together);
            var job = new AdaptedProduct<TProduct> { Product = product, Additions = additions, Count = 2 };
            _team.Run(ref job, product.Chunks);
        }

        var alone = productOf(apart);
        _team.Run(ref alone, alone.Chunks);
        foreach (var addition in AdditionsTo(apart))
        {
            _team.Run([addition]);
        }

        Assert.True(together.equal(apart).all().item<bool>());
        Assert.NotEqual(0, together[row, column].item<float>());
    }

    private Tensor Random(params long[] shape) => randn(shape, generator: _random);
}
