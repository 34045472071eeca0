using System.Runtime.InteropServices;
using CoLA.Core.Kernels;

namespace CoLA.Core.Adapters;

/// <summary>Where the CPU's kernels find the matrices of a folded adapter: (layers, targets), made once.</summary>
internal sealed unsafe class TargetPlaces : IDisposable
{
    public TargetPlaces(FoldedAdapter adapter, FlatMatrices folded, int layers)
    {
        var targets = Enum.GetValues<Target>().Length;
        var heads = folded.Flat.Floats();
        var subtracts = adapter.Subtracts && adapter.Pool.SubtractedRank > 0;
        Table = (TargetPlace*)NativeMemory.AllocZeroed((nuint)(layers * targets), (nuint)sizeof(TargetPlace));
        foreach (var slot in folded.Layout.Slots)
        {
            var columns = ProjectedColumns.Of(adapter.Pool, slot.Layer, slot.Target, adapter.Rank);
            Table[slot.Layer * targets + (int)slot.Target] = new TargetPlace
            {
                Heads = heads + slot.Offset,
                Rank = adapter.Rank,
                Out = (int)slot.Shape[2],
                Column = (int)columns.Task,
                Subtracted = subtracts ? adapter.Pool.SubtractedOf(slot.Layer, slot.Target).Floats() : null,
                SubtractedRank = adapter.Pool.SubtractedRank,
                SubtractedColumn = (int)columns.Subtracted,
            };
        }
    }

    public TargetPlace* Table { get; private set; }

    public void Dispose()
    {
        NativeMemory.Free(Table);
        Table = null;
    }
}
