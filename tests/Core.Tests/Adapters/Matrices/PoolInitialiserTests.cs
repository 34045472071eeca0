using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Adapters.Matrices;

public sealed class PoolInitialiserTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Checkpoint _checkpoint;
    private readonly CausalLanguageModel _model;

    public PoolInitialiserTests()
    {
        _checkpoint = Checkpoint.Open(RandomModel.Write(_directory));
        _model = CausalLanguageModel.Load(_checkpoint, CPU);
    }

    [Theory]
    [InlineData(Initialisation.Pissa, null)]
    [InlineData(Initialisation.PissaSlices, null)]
    [InlineData(Initialisation.Pissa, 8)]
    [InlineData(Initialisation.PissaSlices, 8)]
    public void Fill_Principal_ProductIsTheFirstComponents(Initialisation initialisation, int? iterations)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var pool = new PoolSpec([Target.Q, Target.Down], 3, 4, 16, initialisation, iterations, 9);
        using var made = Make(pool);
        foreach (var slot in made.A.Layout.Slots)
        {
            var a = made.Initial!.A.View(made.Initial.A.Layout.Find(slot.Layer, slot.Target, MatrixKind.A)!)[0];
            var b = made.Initial.B.View(made.Initial.B.Layout.Find(slot.Layer, slot.Target, MatrixKind.B)!)[0];
            var weight = _model.WeightOf(slot.Layer, slot.Target).t(); // (out, in)
            var (u, s, vh) = linalg.svd(weight, fullMatrices: false);
            var rank = initialisation == Initialisation.Pissa ? 4 : 12;
            var expected = u.narrow(1, 0, rank).matmul(s.narrow(0, 0, rank).diag()).matmul(vh.narrow(0, 0, rank));

            // The singular values of a random weight are close together: the randomised SVD may rotate the components, but its
            // product must be as close to W.
            var lost = (weight - b.t().matmul(a) * pool.Scale).norm().item<float>();
            Assert.InRange(lost, 0, (weight - expected).norm().item<float>() * (iterations is null ? 1.00001f : 1.001f));

            // The pool's A matrices: all equal, or one slice each.
            var own = made.A.View(slot);
            var whole = initialisation == Initialisation.Pissa ? own.sum(dim: 0) : own.flatten(0, 1);
            Assert.InRange((whole - a).abs().max().item<float>(), 0, 1e-5f);
        }
    }

    [Fact]
    public void Fill_SameSeed_SameBits_OtherSeed_OtherMatrices()
    {
        using var scope = NewDisposeScope();
        var spec = new PoolSpec([Target.K, Target.Up], 2, 3, 6, Initialisation.Gaussian, null, 11);
        using var first = Make(spec);
        using var again = Make(spec);
        using var other = Make(spec with { Seed = 12 });

        Assert.True(first.A.Flat.equal(again.A.Flat).all().item<bool>());
        Assert.False(first.A.Flat.equal(other.A.Flat).any().item<bool>());
        foreach (var slot in first.A.Layout.Slots)
        {
            var bound = 1 / Math.Sqrt(slot.Shape[2]);
            Assert.InRange(first.A.View(slot).abs().max().item<float>(), 0.8 * bound, bound);
        }
    }

    [Theory]
    [InlineData(Initialisation.Pissa, 17, "PISSA needs r of at most 16")]
    [InlineData(Initialisation.PissaSlices, 9, "PISSA_SLICES needs M r of at most 16")]
    public void Validate_RankBeyondTheSmallestSide_IsRefused(Initialisation initialisation, int rank, string message)
    {
        var pool = new PoolSpec([Target.Q, Target.V], 2, rank, 1, initialisation, null, 0);

        var rejection = Assert.Throws<InvalidArgumentRejection>(() => PoolInitialiser.Validate(_model.Config, pool));

        Assert.Contains(message, rejection.Message, StringComparison.Ordinal);
        PoolInitialiser.Validate(_model.Config, pool with { Initialisation = Initialisation.Gaussian });
    }

    public void Dispose()
    {
        _model.Dispose();
        _checkpoint.Dispose();
        _directory.Dispose();
    }

    private PoolMatrices Make(PoolSpec pool)
    {
        var initialiser = new PoolInitialiser(_model, pool);
        var matrices = initialiser.Empty();
        foreach (var unit in initialiser.Fill(matrices))
        {
            Assert.True(Enum.IsDefined(unit));
        }

        return matrices;
    }
}
