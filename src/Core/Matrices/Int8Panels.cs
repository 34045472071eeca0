using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using CoLA.Core.Kernels;
using Tensor = TorchSharp.torch.Tensor;

namespace CoLA.Core.Matrices;

/// <summary>Panels of eight-bit codes with one scale for each output: scale = largest magnitude / 127.</summary>
internal sealed unsafe class Int8Panels : PanelMatrix
{
    private const float LargestCode = 127;

    private Int8Panels(int @in, int @out, KernelTeam team)
        : base(PanelKind.Int8, @in, @out, team)
    {
        NativeMemory.Clear(Start, (nuint)Bytes); // zeros for the padding columns of the last panel
    }

    /// <summary>Quantises weights of the same input into one matrix, with their outputs side by side.</summary>
    /// <param name="parts">Weights, each (out, in), float32.</param>
    /// <param name="team">The threads that multiply.</param>
    public static Int8Panels Of(IReadOnlyList<Tensor> parts, KernelTeam team)
    {
        var matrix = new Int8Panels((int)parts[0].shape[1], (int)parts.Sum(part => part.shape[0]), team);
        var first = 0;
        foreach (var part in parts)
        {
            using var rows = part.contiguous();
            var (from, place) = ((nint)rows.Floats(), first);
            Parallel.For(0, (int)part.shape[0], row => matrix.Write(place + row, (float*)from + (long)row * matrix.In));
            first += (int)part.shape[0];
        }

        return matrix;
    }

    private void Write(int column, float* values)
    {
        var largest = TensorPrimitives.MaxMagnitude(new ReadOnlySpan<float>(values, In));
        Int8Panel.Write(Start + column / Panels.Width * Int8Panel.Bytes(In), In, column % Panels.Width, values, MathF.Abs(largest) / LargestCode);
    }
}
