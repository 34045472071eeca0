using System.Runtime.InteropServices;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Kernels;
using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Resident;

/// <summary>The matrices of a folded adapter as the CPU kernels read them: a native table (layers, targets) of <see cref="TaskHeads"/>.</summary>
internal sealed unsafe class TaskHeadsTable : IDisposable
{
    public TaskHeadsTable(FoldedAdapter adapter, FlatMatrices folded, int layers)
    {
        var targets = Enum.GetValues<Target>().Length;
        var heads = folded.Flat.Floats();
        var subtracts = adapter.Subtracts && adapter.Pool.SubtractedRank > 0;
        Pointers = (TaskHeads*)NativeMemory.AllocZeroed((nuint)(layers * targets), (nuint)sizeof(TaskHeads));
        foreach (var slot in folded.Layout.Slots.Where(slot => slot.Kind == MatrixKind.B))
        {
            var columns = ProjectedColumns.Of(adapter.Pool, slot.Layer, slot.Target, adapter.Rank, subtracts, adapter.Routed);
            var router = folded.Layout.Find(slot.Layer, slot.Target, MatrixKind.Router);
            Pointers[slot.Layer * targets + (int)slot.Target] = new TaskHeads
            {
                Folded = heads + slot.Offset,
                Rank = adapter.Rank,
                Out = (int)slot.Shape[2],
                Column = (int)columns.Task,
                Subtracted = subtracts ? adapter.Pool.SubtractedOf(slot.Layer, slot.Target).Floats() : null,
                SubtractedRank = adapter.Pool.SubtractedRank,
                SubtractedColumn = (int)columns.Subtracted,
                Router = router is null ? null : heads + router.Offset,
                RouterColumns = router is null ? 0 : (int)router.Shape[1],
                RouterColumn = (int)columns.Router,
                Routed = adapter.Routed,
                SharedColumn = (int)columns.Shared,
            };
        }
    }

    /// <summary>The table; valid until this object is disposed.</summary>
    public TaskHeads* Pointers { get; private set; }

    public void Dispose()
    {
        NativeMemory.Free(Pointers);
        Pointers = null;
    }
}
