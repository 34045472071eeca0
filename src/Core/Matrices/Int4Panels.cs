using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CoLA.Core.Kernels;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.Core.Matrices;

/// <summary>Panels of four-bit codes by groups of 32 inputs, which are whole.</summary>
internal sealed unsafe class Int4Panels : PanelMatrix
{
    private Int4Panels(int @in, int @out, KernelTeam team)
        : base(PanelKind.Int4, @in, @out, team)
    {
        NativeMemory.Clear(Start, (nuint)Bytes); // columns beyond the last are zeros
    }

    /// <param name="parts">Weights whose columns stand side by side.</param>
    /// <param name="team">The threads that multiply.</param>
    public static Int4Panels Of(IReadOnlyList<GroupCodes> parts, KernelTeam team)
    {
        var made = new Int4Panels((int)parts[0].Codes.shape[1], (int)parts.Sum(part => part.Codes.shape[0]), team);
        var column = 0;
        foreach (var part in parts)
        {
            using Tensor codes = part.Codes.contiguous(), scales = part.Scales.contiguous(), minima = part.Minima.contiguous();
            var from = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(codes.bytes));
            var groups = made.In / GroupCodes.Group;
            for (var row = 0; row < codes.shape[0]; row++, column++)
            {
                var panel = made.Start + column / Panels.Width * Int4Panel.Bytes(made.In);
                for (var group = 0; group < groups; group++, from += GroupCodes.Group)
                {
                    Int4Panel.Write(panel, group, column % Panels.Width, from, scales.Floats()[row * groups + group], minima.Floats()[row * groups + group]);
                }
            }
        }

        return made;
    }
}
