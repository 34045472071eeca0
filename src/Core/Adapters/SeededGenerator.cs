using static TorchSharp.torch;

namespace CoLA.Core.Adapters;

/// <summary>Random numbers of one slot of a pool or task, that depend on nothing but its seed and its place.</summary>
internal static class SeededGenerator
{
    public static Generator Of(long seed, MatrixSlot slot) => new(
        (ulong)seed * 1_000_003 + (ulong)(slot.Layer * Enum.GetValues<Target>().Length + (int)slot.Target) + ((ulong)slot.Kind << 40),
        CPU);

    /// <summary>Fills <paramref name="matrix"/> as LoRA's A: Kaiming-uniform with a = sqrt 5, that is U(-1/sqrt(in), 1/sqrt(in)).</summary>
    public static void FillUniform(Tensor matrix, long seed, MatrixSlot slot)
    {
        using var generator = Of(seed, slot);
        var bound = 1 / Math.Sqrt(matrix.shape[^1]);
        matrix.copy_(rand(matrix.shape, float32, CPU, generator: generator) * (2 * bound) - bound);
    }
}
