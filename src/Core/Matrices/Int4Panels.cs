using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Matrices;

/// <summary>Panels of four-bit codes in groups of 32 inputs; the number of inputs is a multiple of 32.</summary>
internal sealed unsafe class Int4Panels : PanelMatrix
{
    private Int4Panels(int @in, int @out, KernelTeam team)
        : base(PanelKind.Int4, @in, @out, team)
    {
        NativeMemory.Clear(Start, (nuint)Bytes); // zeros for the padding columns of the last panel
    }

    /// <summary>One matrix from quantised weights of the same input, with their outputs side by side.</summary>
    /// <param name="parts">The codes of each weight.</param>
    /// <param name="team">The threads that multiply.</param>
    public static Int4Panels Of(IReadOnlyList<GroupCodes> parts, KernelTeam team)
    {
        var matrix = new Int4Panels((int)parts[0].Codes.shape[1], (int)parts.Sum(part => part.Codes.shape[0]), team);
        var first = 0;
        foreach (var part in parts)
        {
            using Tensor codes = part.Codes.contiguous(), scales = part.Scales.contiguous(), minima = part.Minima.contiguous();
            var (fromCodes, fromScales, fromMinima, place) =
                ((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(codes.bytes)), (nint)scales.Floats(), (nint)minima.Floats(), first);
            Parallel.For(0, (int)codes.shape[0], row =>
            {
                var groups = matrix.In / GroupCodes.Group;
                var panel = matrix.Start + (place + row) / Panels.Width * Int4Panel.Bytes(matrix.In);
                for (var group = 0; group < groups; group++)
                {
                    var at = (long)row * groups + group;
                    Int4Panel.Write(
                        panel, group, (place + row) % Panels.Width, (byte*)fromCodes
                            + at * GroupCodes.Group, ((float*)fromScales)[at], ((float*)fromMinima)[at]);
                }
            });
            first += (int)codes.shape[0];
        }

        return matrix;
    }
}
