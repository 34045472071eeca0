using CoLA.Core.Naming;

namespace CoLA.Core.Adapters.Resident;

/// <summary>A task version that the bank holds or is loading. Only the engine's thread uses it.</summary>
internal sealed class ResidentAdapter(long key, TaskName task, bool subtracts, ResidentPool pool)
{
    /// <summary>The version's key.</summary>
    public long Key { get; } = key;

    public TaskName Task { get; } = task;

    public bool Subtracts { get; } = subtracts;

    public ResidentPool Pool { get; } = pool;

    /// <summary>Null until it is loaded.</summary>
    public FoldedAdapter? Adapter { get; set; }

    /// <summary>The number of rows that use it.</summary>
    public int Users { get; set; }

    /// <summary>Whether a row has used it since it was loaded.</summary>
    public bool WasUsed { get; set; }

    /// <summary>The time of its last use, in ticks of the bank's counter.</summary>
    public long LastUse { get; set; }

    public long Bytes => Adapter?.Bytes ?? 0;
}
