namespace CoLA.Core.Adapters.Resident;

/// <summary>A pool version that the bank holds, or waits for; touched by the engine's thread alone, but for <paramref name="loading"/>.</summary>
internal sealed class ResidentPool(long key, Task<PoolOnDevice> loading)
{
    /// <summary>The pool version's key.</summary>
    public long Key { get; } = key;

    public Task<PoolOnDevice> Loading { get; } = loading;

    /// <summary>Null until it has come.</summary>
    public PoolOnDevice? Pool { get; set; }

    /// <summary>Adapters on it that are held or waited for.</summary>
    public int Users { get; set; }

    public long Bytes => Pool?.Bytes ?? 0;
}
