using System.Collections.Frozen;
using CoLA.Core.Artifacts;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>
/// All that lasts, under one directory: <c>cola.db</c> (the registry), <c>matrices/</c> (the files it names) and
/// <c>cola.lock</c>, held while a server has it open; and <c>evicted/</c>, which does not last.
/// </summary>
public sealed class DataDirectory : IDisposable
{
    // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    private static readonly int[] SharingViolations = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _lock;
    private readonly RegistryDatabase _database;

    private DataDirectory(string path, FileStream @lock, TimeProvider time, Action? beforeCommit)
    {
        _lock = @lock;
        _database = new RegistryDatabase(Path.Combine(path, "cola.db"), beforeCommit);
        Artifacts = new ArtifactStore(Path.Combine(path, "matrices"));
        Evicted = new ArtifactStore(Path.Combine(path, "evicted"), lasts: false);
        Ledger = new Ledger(_database, Artifacts, time);
    }

    public ArtifactStore Artifacts { get; }

    /// <summary>Files of sessions that had to leave memory; what a server that is gone left of them, the next one removes.</summary>
    internal ArtifactStore Evicted { get; }

    internal Ledger Ledger { get; }

    /// <summary>Opens or makes it, sets open sessions back to where they last stood, and removes what a crash left behind.</summary>
    /// <exception cref="PreconditionRejection">Another server has it open, or a newer one wrote it.</exception>
    /// <exception cref="DamagedFileRejection">The registry cannot be read.</exception>
    public static DataDirectory Open(string path, TimeProvider time) => Open(path, time, null);

    public void Dispose()
    {
        _database.Dispose();
        _lock.Dispose();
    }

    internal static DataDirectory Open(string path, TimeProvider time, Action? beforeCommit)
    {
        Directory.CreateDirectory(path);
        var held = Lock(path);
        DataDirectory? data = null;
        try
        {
            data = new DataDirectory(path, held, time, beforeCommit);
            data.Recover();
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

    private void Recover()
    {
        _database.Transact(registry =>
        {
            registry.Sessions.ReturnToStand();
            return true;
        });
        Artifacts.Collect(_database.Read(registry => registry.Files.All()));
        Evicted.Collect(FrozenSet<string>.Empty);
    }
}
