using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Matrices;

/// <summary>float32 panels: exactly the values of the checkpoint.</summary>
internal sealed unsafe class FloatPanels : PanelMatrix
{
    private FloatPanels(int @in, int @out, KernelTeam team)
        : base(PanelKind.Float, @in, @out, team)
    {
    }

    /// <summary>One matrix from weights of the same input, with their outputs side by side.</summary>
    /// <param name="parts">Weights, each (out, in), float32.</param>
    /// <param name="team">The threads that multiply.</param>
    public static FloatPanels Of(IReadOnlyList<Tensor> parts, KernelTeam team)
    {
        var matrix = new FloatPanels((int)parts[0].shape[1], (int)parts.Sum(part => part.shape[0]), team);
        var first = 0;
        foreach (var part in parts)
        {
            using var rows = part.contiguous();
            var (from, place) = ((nint)rows.Floats(), first);
            Parallel.For(
                0, (int)part.shape[0], row => PanelCopy.WriteColumn((float*)matrix.Start, matrix.In, place + row, (float*)from + (long)row * matrix.In));
            first += (int)part.shape[0];
        }

        for (; first < matrix.PanelCount * Panels.Width; first++)
        {
            PanelCopy.WriteColumn((float*)matrix.Start, matrix.In, first, null);
        }

        return matrix;
    }
}
