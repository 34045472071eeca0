using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Matrices;

/// <summary>Panels of float32: exactly the values of the checkpoint.</summary>
internal sealed unsafe class FloatPanels : PanelMatrix
{
    private FloatPanels(int @in, int @out, KernelTeam team)
        : base(PanelKind.Float, @in, @out, team)
    {
    }

    /// <param name="parts">Weights (out, in), float32, whose columns stand side by side.</param>
    /// <param name="team">The threads that multiply.</param>
    public static FloatPanels Of(IReadOnlyList<Tensor> parts, KernelTeam team)
    {
        var made = new FloatPanels((int)parts[0].shape[1], (int)parts.Sum(part => part.shape[0]), team);
        var first = 0;
        foreach (var part in parts)
        {
            using var rows = part.contiguous();
            var (from, place) = ((nint)rows.Floats(), first);
            Parallel.For(0, (int)part.shape[0], row => PanelCopy.WriteColumn((float*)made.Start, made.In, place + row, (float*)from + (long)row * made.In));
            first += (int)part.shape[0];
        }

        for (; first < made.PanelCount * Panels.Width; first++)
        {
            PanelCopy.WriteColumn((float*)made.Start, made.In, first, null);
        }

        return made;
    }
}
