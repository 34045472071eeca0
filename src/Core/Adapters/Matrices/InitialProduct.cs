using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// The initial product s B A of a PISSA or PISSA_SLICES pool: the first singular components of W. A task that begins on pool
/// version 1 subtracts this constant low-rank product for its whole life, because the base model is shared and its weights are
/// never changed. Rank per target: r for PISSA, M r for PISSA_SLICES.
/// </summary>
internal sealed class InitialProduct(FlatMatrices a, FlatMatrices b, int rank) : IDisposable
{
    /// <summary>Per target (1, rank, in): sqrt(S / s) V^T.</summary>
    public FlatMatrices A { get; } = a;

    /// <summary>Per target (1, rank, out): sqrt(S / s) U^T.</summary>
    public FlatMatrices B { get; } = b;

    /// <summary>The rank per target.</summary>
    public int Rank { get; } = rank;

    public long Bytes => sizeof(float) * (A.Layout.Length + B.Layout.Length);

    /// <summary>The rank of the initial product of <paramref name="pool"/>; 0 for GAUSSIAN, which has none.</summary>
    public static int RankOf(PoolSpec pool) => pool.Initialisation switch
    {
        Initialisation.Pissa => pool.Rank,
        Initialisation.PissaSlices => pool.M * pool.Rank,
        _ => 0,
    };

    /// <summary>The initial product of a pool with all values zero; the caller disposes it.</summary>
    public static InitialProduct Empty(ModelConfig config, PoolSpec pool, Device device)
    {
        // The layouts of a pool and a task with one A and one head of the product's rank.
        var shape = pool with { M = 1, Rank = RankOf(pool) };
        return new InitialProduct(
            FlatMatrices.Zeros(MatrixLayout.OfPool(config, shape), device),
            FlatMatrices.Zeros(MatrixLayout.OfHeads(config, shape, new TaskSpec(Strategy.Lora, 1, 0)), device),
            shape.Rank);
    }

    /// <summary>Reads the initial product from the file of pool version 1.</summary>
    /// <exception cref="Rejections.DamagedFileRejection">The file does not hold it.</exception>
    public static InitialProduct Read(SafetensorsFile file, ModelConfig config, PoolSpec pool, Device device)
    {
        var initial = Empty(config, pool, device);
        try
        {
            AdapterFiles.ReadInitial(file, initial);
            return initial;
        }
        catch
        {
            initial.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
