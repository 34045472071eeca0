using CoLA.Core.Rejections;

namespace CoLA.Core.Artifacts;

/// <summary>
/// Artifacts, each compared with its SHA-256 whenever it is read, and removed when nothing names it any more. An artifact is
/// first written here and then named by the registry, so a crash between the two leaves an artifact that nothing names,
/// never a name without its artifact. Thread-safe.
/// </summary>
public sealed class ArtifactStore
{
    private readonly IArtifactStorage _storage;
    private readonly Lock _lock = new();

    // Written here and not yet named by the registry, with the number of writers that wait for that; never removed.
    private readonly Dictionary<string, int> _awaited = new(StringComparer.Ordinal);

    // What the registry let go of, or never named, and when it came here: the next sweep looks at these.
    private readonly Dictionary<string, long> _loose = new(StringComparer.Ordinal);
    private long _loosened;

    // Removals that are on their way: who writes the same content waits for their end.
    private readonly Dictionary<string, Task> _removals = new(StringComparer.Ordinal);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal); // in this process's time

    internal ArtifactStore(IArtifactStorage storage) => _storage = storage;

    /// <summary>Writes an artifact that is stored, whole, when this completes; it survives a crash where its storage does.</summary>
    /// <param name="write">Writes the content, forward only, before this returns. What it throws is passed on and leaves nothing.</param>
    public async Task<Artifact> WriteAsync(Action<Stream> write)
    {
        await using var draft = await _storage.WriteAsync(write).ConfigureAwait(false);
        await NameAsync([draft]).ConfigureAwait(false);
        return draft.Artifact;
    }

    /// <summary>Writes several artifacts side by side, and names them together when all are written.</summary>
    /// <param name="writes">Write the contents, on threads of the pool.</param>
    internal async Task<IReadOnlyList<Artifact>> WriteAllAsync(IReadOnlyList<Action<Stream>> writes)
    {
        Task<IArtifactDraft>[] drafts = [.. writes.Select(write => Task.Run(async () => await _storage.WriteAsync(write).ConfigureAwait(false)))];
        try
        {
            var written = await Task.WhenAll(drafts).ConfigureAwait(false);
            await NameAsync(written).ConfigureAwait(false);
            return [.. written.Select(draft => draft.Artifact)];
        }
        finally
        {
            foreach (var draft in drafts.Where(draft => draft.IsCompletedSuccessfully))
            {
                await (await draft.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// The artifact in memory, its content compared with its SHA-256: what is taken from it afterwards is not read from the
    /// storage again.
    /// </summary>
    /// <exception cref="DamagedFileRejection">The artifact is missing or not what was written; the message names its file.</exception>
    internal async ValueTask<MappedFile> MapAsync(Artifact artifact)
    {
        var file = await _storage.MapAsync(artifact).ConfigureAwait(false);
        try
        {
            if (file.Length != artifact.Bytes)
            {
                throw new DamagedFileRejection(file.Path, $"has {file.Length} bytes, {artifact.Bytes} were written");
            }

            var found = file.Sha256();
            return found == artifact.Sha256
                ? file
                : throw new DamagedFileRejection(file.Path, $"has SHA-256 {found}, its name says what was written");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether it was written here and its writer still waits for the registry to name it.</summary>
    internal bool IsAwaited(Artifact artifact)
    {
        lock (_lock)
        {
            return _awaited.ContainsKey(artifact.Sha256);
        }
    }

    /// <summary>The writer of these has had them named by the registry, or has given up.</summary>
    internal void Release(IEnumerable<Artifact> artifacts)
    {
        lock (_lock)
        {
            foreach (var artifact in artifacts)
            {
                var waiting = _awaited.GetValueOrDefault(artifact.Sha256);
                if (waiting > 1)
                {
                    _awaited[artifact.Sha256] = waiting - 1;
                }
                else
                {
                    _awaited.Remove(artifact.Sha256);
                    _loose[artifact.Sha256] = ++_loosened;
                }
            }
        }
    }

    /// <summary>Removes an artifact that its writer wants no more: for what no registry names.</summary>
    internal async ValueTask RemoveAsync(Artifact artifact)
    {
        Release([artifact]);
        if (LooseSince(artifact.Sha256) is { } loosened)
        {
            await RemoveAsync(artifact.Sha256, loosened).ConfigureAwait(false);
        }
    }

    /// <summary>The registry has let go of these; the next sweep looks whether something else names them.</summary>
    internal void Loosen(IEnumerable<string> hashes)
    {
        lock (_lock)
        {
            foreach (var hash in hashes)
            {
                _loose[hash] = ++_loosened;
            }
        }
    }

    /// <summary>Whether the artifact was removed because nothing named it any more; one that is missing was not.</summary>
    internal bool HasRemoved(Artifact artifact)
    {
        lock (_lock)
        {
            return _removed.Contains(artifact.Sha256);
        }
    }

    /// <summary>Removes the loose artifacts that nothing names and no writer waits for.</summary>
    /// <param name="isNamed">
    /// Whether the last commit names an artifact. A later commit can only name what is named already, or what is written again.
    /// </param>
    internal async Task SweepAsync(Func<string, ValueTask<bool>> isNamed)
    {
        KeyValuePair<string, long>[] loose;
        lock (_lock)
        {
            loose = [.. _loose];
        }

        foreach (var (hash, loosened) in loose)
        {
            if (!await isNamed(hash).ConfigureAwait(false))
            {
                await RemoveAsync(hash, loosened).ConfigureAwait(false);
            }
            else
            {
                TakeLoose(hash, loosened);
            }
        }
    }

    /// <summary>Removes drafts and every artifact that is not in <paramref name="named"/>; for the start, before anybody writes.</summary>
    internal async Task CollectAsync(IReadOnlySet<string> named)
    {
        await _storage.DiscardDraftsAsync().ConfigureAwait(false);
        await foreach (var hash in _storage.ListAsync().ConfigureAwait(false))
        {
            if (!named.Contains(hash))
            {
                await _storage.DeleteAsync(hash).ConfigureAwait(false);
            }
        }
    }

    private async Task NameAsync(IReadOnlyList<IArtifactDraft> drafts)
    {
        Task[] removals;
        lock (_lock)
        {
            foreach (var draft in drafts)
            {
                var hash = draft.Artifact.Sha256;
                _awaited[hash] = _awaited.GetValueOrDefault(hash) + 1;
                _loose.Remove(hash);
                _removed.Remove(hash);
            }

            removals = [.. drafts.Select(draft => _removals.GetValueOrDefault(draft.Artifact.Sha256)).OfType<Task>()];
        }

        try
        {
            await Task.WhenAll(removals).ConfigureAwait(false);
            foreach (var draft in drafts)
            {
                await draft.NameAsync().ConfigureAwait(false);
            }

            await _storage.FlushAsync().ConfigureAwait(false);
        }
        catch
        {
            Release(drafts.Select(draft => draft.Artifact));
            throw;
        }
    }

    /// <summary>Removes an artifact unless it was written, or became loose again, since <paramref name="loosened"/>.</summary>
    private async Task RemoveAsync(string hash, long loosened)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!TakeLoose(hash, loosened) || _awaited.ContainsKey(hash) || !_removals.TryAdd(hash, ended.Task))
            {
                return;
            }

            _removed.Add(hash);
        }

        try
        {
            await _storage.DeleteAsync(hash).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _removals.Remove(hash);
            }

            ended.SetResult();
        }
    }

    /// <summary>Takes an artifact off the loose ones; false where it was written, or became loose again, since <paramref name="loosened"/>.</summary>
    private bool TakeLoose(string hash, long loosened)
    {
        lock (_lock)
        {
            return _loose.TryGetValue(hash, out var latest) && latest == loosened && _loose.Remove(hash);
        }
    }

    private long? LooseSince(string hash)
    {
        lock (_lock)
        {
            return _loose.TryGetValue(hash, out var loosened) ? loosened : null;
        }
    }
}
