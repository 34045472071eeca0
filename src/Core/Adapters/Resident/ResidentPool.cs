namespace CoLA.Core.Adapters.Resident;

/// <summary>A pool version that the bank holds or is loading. Only the engine's thread uses it; any thread may await <paramref name="loading"/>.</summary>
internal sealed class ResidentPool(long key, Task<PoolOnDevice> loading)
{
    /// <summary>The pool version's key.</summary>
    public long Key { get; } = key;

    public Task<PoolOnDevice> Loading { get; } = loading;

    /// <summary>Null until an adapter on it is loaded.</summary>
    public PoolOnDevice? Pool { get; set; }

    /// <summary>The number of adapters on it that are resident or being loaded.</summary>
    public int Users { get; set; }

    public long Bytes => Pool?.Bytes ?? 0;
}
