using System.Security.Cryptography;
using CoLA.Core.Rejections;

namespace CoLA.Core.Artifacts;

/// <summary>
/// Matrices on disk: immutable files named by the SHA-256 of their content. It knows nothing about what is in them.
/// A file is first written here and then named by the registry, so a crash between the two leaves a file that nothing
/// names, never a name without its file. Thread-safe.
/// </summary>
public sealed class ArtifactStore
{
    private const string Extension = ".safetensors";
    private const string TemporaryExtension = ".tmp";

    private readonly string _directory;
    private readonly bool _lasts;
    private readonly Lock _lock = new();

    // Written here but not yet named by the registry, with the number of writers that wait for it; never collected.
    private readonly Dictionary<string, int> _awaited = [];
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal); // in this process's time

    // What the registry let go of, or never named: candidates for the next sweep.
    private readonly HashSet<string> _loose = [];

    /// <param name="directory">Where the files are; made if it is not there.</param>
    /// <param name="lasts">Files have to be there after a crash too: each is flushed to the disk.</param>
    internal ArtifactStore(string directory, bool lasts = true)
    {
        _directory = directory;
        _lasts = lasts;
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory);
            DiskSync.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(directory))!);
        }
    }

    /// <summary>Writes a file that is there, whole and under its final name, when this returns; on the disk, where it has to last.</summary>
    /// <param name="write">Writes the content, forward only. What it throws is passed on and leaves no file.</param>
    public Artifact Write(Action<Stream> write)
    {
        var artifact = WriteNamed(write);
        FlushDirectory();
        return artifact;
    }

    /// <summary>The same of several files, side by side: the disk takes them together, and the directory is flushed once for all.</summary>
    /// <param name="writes">Write the contents, on threads of the pool.</param>
    internal async Task<IReadOnlyList<Artifact>> WriteAllAsync(IReadOnlyList<Action<Stream>> writes)
    {
        Task<Artifact>[] files = [.. writes.Select(write => Task.Run(() => WriteNamed(write)))];
        try
        {
            var artifacts = await Task.WhenAll(files).ConfigureAwait(false);
            FlushDirectory();
            return artifacts;
        }
        catch
        {
            Release([.. files.Where(file => file.IsCompletedSuccessfully).Select(file => file.Result)]);
            throw;
        }
    }

    /// <summary>
    /// The file in memory, its content compared with its SHA-256: whatever is taken from it afterwards is not read from the
    /// disk again.
    /// </summary>
    /// <exception cref="DamagedFileRejection">The file is missing or not what was written; the message names it.</exception>
    internal MappedFile Map(Artifact artifact)
    {
        var path = PathOf(artifact.Sha256);
        MappedFile file;
        try
        {
            file = MappedFile.Open(path);
        }
        catch (ModelFileRejection missing)
        {
            throw new DamagedFileRejection(path, File.Exists(path) ? missing.Found : "is missing");
        }

        try
        {
            if (file.Length != artifact.Bytes)
            {
                throw new DamagedFileRejection(path, $"has {file.Length} bytes, {artifact.Bytes} were written");
            }

            var found = file.Sha256();
            return found == artifact.Sha256
                ? file
                : throw new DamagedFileRejection(path, $"has SHA-256 {found}, its name says what was written");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The path of the file, whose content was just compared with its SHA-256.</summary>
    /// <exception cref="DamagedFileRejection">The file is missing or not what was written; the message names it.</exception>
    public string Open(Artifact artifact)
    {
        var path = PathOf(artifact.Sha256);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (file.Length != artifact.Bytes)
            {
                throw new DamagedFileRejection(path, $"has {file.Length} bytes, {artifact.Bytes} were written");
            }

            var found = Convert.ToHexStringLower(SHA256.HashData(file));
            return found == artifact.Sha256
                ? path
                : throw new DamagedFileRejection(path, $"has SHA-256 {found}, its name says what was written");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DamagedFileRejection(path, "is missing");
        }
    }

    /// <summary>Whether a file of that name is there, without reading it.</summary>
    internal bool Contains(Artifact artifact) => File.Exists(PathOf(artifact.Sha256));

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
                    _loose.Add(artifact.Sha256);
                }
            }
        }
    }

    /// <summary>The writer wants it no more, and removes it: for what no registry names.</summary>
    internal void Remove(Artifact artifact)
    {
        lock (_lock)
        {
            if (_awaited.Remove(artifact.Sha256, out var waiting) && waiting > 1)
            {
                _awaited[artifact.Sha256] = waiting - 1;
            }
            else
            {
                TryDelete(PathOf(artifact.Sha256));
            }
        }
    }

    /// <summary>The registry has let go of these; the next sweep looks whether something else names them.</summary>
    internal void Loosen(IEnumerable<string> hashes)
    {
        lock (_lock)
        {
            _loose.UnionWith(hashes);
        }
    }

    /// <summary>Whether the file was removed because nothing named it any more; a file that is missing was not.</summary>
    internal bool HasRemoved(Artifact artifact)
    {
        lock (_lock)
        {
            return _removed.Contains(artifact.Sha256);
        }
    }

    /// <summary>Removes the loose files that nothing names and no writer waits for. Nobody may name one meanwhile.</summary>
    internal void Sweep(Func<string, bool> isReferenced)
    {
        lock (_lock)
        {
            foreach (var hash in _loose.Where(hash => !_awaited.ContainsKey(hash) && !isReferenced(hash)))
            {
                TryDelete(PathOf(hash));
                _removed.Add(hash);
            }

            _loose.Clear();
        }
    }

    /// <summary>Removes temporaries and every file that <paramref name="referenced"/> does not name; for the start, before anybody writes.</summary>
    internal void Collect(IReadOnlySet<string> referenced)
    {
        lock (_lock)
        {
            foreach (var path in Directory.EnumerateFiles(_directory))
            {
                var orphan = Path.GetExtension(path) == Extension && !referenced.Contains(Path.GetFileNameWithoutExtension(path));
                if (orphan || Path.GetExtension(path) == TemporaryExtension)
                {
                    TryDelete(path);
                }
            }
        }
    }

    /// <summary>Writes a file and gives it its name, which the directory may forget in a crash until it is flushed.</summary>
    private Artifact WriteNamed(Action<Stream> write)
    {
        var temporary = Path.Combine(_directory, Path.GetRandomFileName() + TemporaryExtension);
        try
        {
            var artifact = WriteTemporary(temporary, write);
            lock (_lock)
            {
                _awaited[artifact.Sha256] = _awaited.GetValueOrDefault(artifact.Sha256) + 1;
                _removed.Remove(artifact.Sha256);
                File.Move(temporary, PathOf(artifact.Sha256), overwrite: true);
            }

            return artifact;
        }
        finally
        {
            TryDelete(temporary); // why it could not be written is what the caller has to hear
        }
    }

    private void FlushDirectory()
    {
        if (_lasts)
        {
            DiskSync.FlushDirectory(_directory);
        }
    }

    private Artifact WriteTemporary(string path, Action<Stream> write)
    {
        using var file = new HashedFile(path, _lasts);
        write(file);
        return new Artifact(file.Finish(), file.Length);
    }

    // A file that cannot be removed now is collected at the next start; it must not fail a call that has succeeded.
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
        }
    }

    private string PathOf(string hash) => Path.Combine(_directory, hash + Extension);
}
