using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Work;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>Makes pool version 1. The pool's seed determines every random number, so the same spec gives the same pool on every machine.</summary>
internal sealed class PoolInitialiser(CausalLanguageModel model, PoolSpec pool)
{
    /// <summary>Columns that the randomised SVD computes beyond the rank (Halko, Martinsson, Tropp, arXiv 0909.4061).</summary>
    private const int Oversampling = 10;

    /// <summary>Checks a pool's spec against its ranges and against the sizes of the base model.</summary>
    /// <exception cref="InvalidArgumentRejection">A value is out of its range, or the rank is larger than a target allows.</exception>
    public static void Validate(ModelConfig config, PoolSpec pool, string field = "spec")
    {
        pool.Validate(field);
        var rank = InitialProduct.RankOf(pool);
        foreach (var target in pool.Targets)
        {
            var smallest = Math.Min(config.In(target), config.Out(target));
            if (rank > smallest)
            {
                throw new InvalidArgumentRejection(
                    $"{field}.rank",
                    $"{(pool.Initialisation == Initialisation.Pissa ? "PISSA needs r" : "PISSA_SLICES needs M r")} of at most "
                    + $"{smallest}, the smallest side of {target}; it is {rank}");
            }
        }
    }

    /// <summary>Fills <paramref name="matrices"/>; each unit of work is one target of one layer.</summary>
    public IEnumerable<Unit> Fill(PoolMatrices matrices)
    {
        foreach (var slot in matrices.A.Layout.Slots.Where(slot => slot.Kind == MatrixKind.A))
        {
            using (no_grad())
            using (NewDisposeScope())
            {
                if (matrices.Initial is { } initial)
                {
                    Principal(slot, matrices.A.View(slot), initial);
                }
                else
                {
                    SeededGenerator.FillUniform(matrices.A.View(slot), pool.Seed, slot);
                }
            }

            yield return Unit.Decomposition;
        }
    }

    /// <summary>Version 1 with all values zero, to be filled; with room for the initial product where the pool has one.</summary>
    public PoolMatrices Empty() => new(
        FlatMatrices.Zeros(MatrixLayout.OfPool(model.Config, pool), model.Device),
        InitialProduct.RankOf(pool) == 0 ? null : InitialProduct.Empty(model.Config, pool, model.Device));

    /// <summary>Extended PiSSA: A* = sqrt(S_r / s) V_r^T and B* = U_r sqrt(S_r / s); A_i = A* / M, or the i-th slice.</summary>
    private void Principal(MatrixSlot slot, Tensor a, InitialProduct initial)
    {
        // The stored weight is W^T = V S U^T.
        var weight = model.WeightOf(slot.Layer, slot.Target).to(float32);
        var (v, s, ut) = pool.SvdIterations is { } iterations
            ? Randomised(weight, initial.Rank, iterations, SeededGenerator.Of(pool.Seed, slot))
            : linalg.svd(weight, fullMatrices: false);
        var root = s.narrow(0, 0, initial.Rank).div(pool.Scale).sqrt().unsqueeze(1);
        var aStar = v.narrow(1, 0, initial.Rank).t() * root; // (rank, in)
        var bStar = ut.narrow(0, 0, initial.Rank) * root; // (rank, out)
        initial.A.View(initial.A.Layout.Find(slot.Layer, slot.Target, MatrixKind.A)!).copy_(aStar.unsqueeze(0));
        initial.B.View(initial.B.Layout.Find(slot.Layer, slot.Target, MatrixKind.B)!).copy_(bStar.unsqueeze(0));
        a.copy_(pool.Initialisation == Initialisation.Pissa ? aStar.unsqueeze(0) / pool.M : aStar.view(slot.Shape));
    }

    /// <summary>Randomised SVD with power iterations, orthonormalised after each product (arXiv 0909.4061, algorithm 4.4).</summary>
    private static (Tensor U, Tensor S, Tensor Vh) Randomised(Tensor matrix, int rank, int iterations, Generator generator)
    {
        long rows = matrix.shape[0], columns = matrix.shape[1];
        var width = Math.Min(rank + Oversampling, Math.Min(rows, columns));
        var range = Orthonormal(matrix.matmul(randn([columns, width], float32, CPU, generator: generator).to(matrix.device)));
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            range = Orthonormal(matrix.matmul(Orthonormal(matrix.t().matmul(range))));
        }

        var (u, s, vh) = linalg.svd(range.t().matmul(matrix), fullMatrices: false);
        return (range.matmul(u), s, vh);
    }

    private static Tensor Orthonormal(Tensor columns) => linalg.qr(columns).Q;
}
