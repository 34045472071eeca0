using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>Random numbers that depend only on a seed and on the matrix or row that they are for.</summary>
internal static class SeededGenerator
{
    /// <summary>A generator for the matrices of one slot; the caller disposes it.</summary>
    public static Generator Of(long seed, MatrixSlot slot) => new(
        (ulong)seed * 1_000_003 + (ulong)(slot.Layer * Enum.GetValues<Target>().Length + (int)slot.Target) + ((ulong)slot.Kind << 40),
        CPU);

    /// <summary>A generator for one row at one site of a training step; the caller disposes it.</summary>
    public static Generator Of(long seed, long step, int layer, Site site, int row)
    {
        var state = SeededDraws.Mix(SeededDraws.Mix(SeededDraws.Mix((ulong)seed) ^ (ulong)step) ^ ((ulong)layer << 8 | (ulong)site));
        return new Generator(SeededDraws.Mix(state ^ (ulong)row), CPU);
    }

    /// <summary>Fills <paramref name="matrix"/> like LoRA's A: Kaiming-uniform with a = sqrt(5), which is U(-1/sqrt(in), 1/sqrt(in)).</summary>
    public static void FillUniform(Tensor matrix, long seed, MatrixSlot slot)
    {
        using var generator = Of(seed, slot);
        var bound = 1 / Math.Sqrt(matrix.shape[^1]);
        matrix.copy_(rand(matrix.shape, float32, CPU, generator: generator) * (2 * bound) - bound);
    }
}
