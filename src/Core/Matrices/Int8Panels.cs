using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using CoLA.Core.Kernels;
using Tensor = TorchSharp.torch.Tensor;

namespace CoLA.Core.Matrices;

/// <summary>Panels of signed bytes with one scale for each output.</summary>
internal sealed unsafe class Int8Panels : PanelMatrix
{
    private const float LargestCode = 127;

    private Int8Panels(int @in, int @out, KernelTeam team)
        : base(PanelKind.Int8, @in, @out, team)
    {
        NativeMemory.Clear(Start, (nuint)Bytes); // columns beyond the last are zeros
    }

    /// <param name="parts">Weights (out, in), float32, whose columns stand side by side.</param>
    /// <param name="team">The threads that multiply.</param>
    public static Int8Panels Of(IReadOnlyList<Tensor> parts, KernelTeam team)
    {
        var made = new Int8Panels((int)parts[0].shape[1], (int)parts.Sum(part => part.shape[0]), team);
        var first = 0;
        foreach (var part in parts)
        {
            using var rows = part.contiguous();
            var (from, place) = ((nint)rows.Floats(), first);
            Parallel.For(0, (int)part.shape[0], row => made.Write(place + row, (float*)from + (long)row * made.In));
            first += (int)part.shape[0];
        }

        return made;
    }

    private void Write(int column, float* values)
    {
        var most = TensorPrimitives.MaxMagnitude(new ReadOnlySpan<float>(values, In));
        Int8Panel.Write(Start + column / Panels.Width * Int8Panel.Bytes(In), In, column % Panels.Width, values, MathF.Abs(most) / LargestCode);
    }
}
