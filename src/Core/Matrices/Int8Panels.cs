using System.Runtime.InteropServices;
using CoLA.Core.Kernels;
using static TorchSharp.torch;

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
        var column = 0;
        foreach (var part in parts)
        {
            using var rows = part.contiguous();
            for (var row = 0; row < part.shape[0]; row++, column++)
            {
                made.Write(column, new ReadOnlySpan<float>(rows.Floats() + (long)row * made.In, made.In));
            }
        }

        return made;
    }

    private void Write(int column, ReadOnlySpan<float> values)
    {
        var most = 0f;
        foreach (var value in values)
        {
            most = MathF.Max(most, MathF.Abs(value));
        }

        var panel = Start + column / Panels.Width * Int8Panel.Bytes(In);
        var scale = most / LargestCode;
        column %= Panels.Width;
        Int8Panel.Scales(panel)[column] = scale;
        for (var k = 0; k < values.Length && scale > 0; k++)
        {
            Int8Panel.Codes(panel)[k * Panels.Width + column] = (sbyte)MathF.Round(values[k] / scale);
        }
    }
}
