using System.Collections.Frozen;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Ownership;
using CoLA.Core.Registry.Sqlite;
using CoLA.Core.Rejections;

namespace CoLA.Core;

/// <summary>
/// All that lasts, under one directory of one process: <c>cola.db</c> (the registry), <c>matrices/</c> (the artifacts that
/// it names) and <c>cola.lock</c>, held while a server has it open; and <c>evicted/</c>, which does not last. This is where
/// the stores of a single machine are chosen.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    private static readonly int[] SharingViolations = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _lock;
    private readonly SqliteRegistry _registry;

    private DataDirectory(string path, FileStream @lock, TimeProvider time, Action? beforeCommit)
    {
        _lock = @lock;
        _registry = new SqliteRegistry(Path.Combine(path, "cola.db"), beforeCommit);
        Artifacts = new ArtifactStore(new LocalArtifactStorage(Path.Combine(path, "matrices")));
        Evicted = new ArtifactStore(new LocalArtifactStorage(Path.Combine(path, "evicted"), lasts: false));
        Ledger = new Ledger(_registry, Artifacts, Changes, Ownership, time);
    }

    public ArtifactStore Artifacts { get; }

    /// <summary>Files of sessions that had to leave memory; what a server that is gone left of them, the next one removes.</summary>
    public ArtifactStore Evicted { get; }

    public Ledger Ledger { get; }

    public RegistryChanges Changes { get; } = new();

    /// <summary>Of everything: the lock keeps other processes out.</summary>
    public IOwnership Ownership { get; } = new SoleOwner();

    /// <summary>Opens or makes it, sets open sessions back to where they last stood, and removes what a crash left behind.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="time">The clock of the registry.</param>
    /// <param name="beforeCommit">As in <see cref="SqliteRegistry"/>.</param>
    /// <exception cref="PreconditionRejection">Another server has it open, or a newer one wrote it.</exception>
    /// <exception cref="DamagedFileRejection">The registry cannot be read.</exception>
    public static async Task<DataDirectory> OpenAsync(string path, TimeProvider time, Action? beforeCommit = null)
    {
        Directory.CreateDirectory(path);
        var held = Lock(path);
        DataDirectory? data = null;
        try
        {
            data = new DataDirectory(path, held, time, beforeCommit);
            await Recovery.RunAsync(data._registry, data.Artifacts, data.Ownership).ConfigureAwait(false);
            await data.Evicted.CollectAsync(FrozenSet<string>.Empty).ConfigureAwait(false);
            DiskSync.FlushDirectory(path);
            return data;
        }
        catch
        {
            data?.Dispose();
            held.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _registry.Dispose();
        _lock.Dispose();
    }

    private static FileStream Lock(string path)
    {
        var file = Path.Combine(path, "cola.lock");
        try
        {
            // The operating system lets go of it when the process ends, however it ends.
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held) when (SharingViolations.Contains(held.HResult))
        {
            throw new PreconditionRejection($"{path} is in use by another server; stop it, or give this one a data directory of its own");
        }
    }
}
