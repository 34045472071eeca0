using CoLA.Core.Naming;

namespace CoLA.Core.Adapters.Resident;

/// <summary>A task version that the bank holds, or waits for; touched by the engine's thread alone.</summary>
internal sealed class ResidentAdapter(long key, TaskName task, bool subtracts, ResidentPool pool)
{
    /// <summary>The version's key.</summary>
    public long Key { get; } = key;

    public TaskName Task { get; } = task;

    public bool Subtracts { get; } = subtracts;

    public ResidentPool Pool { get; } = pool;

    /// <summary>Null until it has come.</summary>
    public FoldedAdapter? Adapter { get; set; }

    /// <summary>Rows that use it.</summary>
    public int Users { get; set; }

    /// <summary>A row has used it since it came.</summary>
    public bool WasUsed { get; set; }

    /// <summary>By the bank's clock.</summary>
    public long LastUse { get; set; }

    public long Bytes => Adapter?.Bytes ?? 0;
}
