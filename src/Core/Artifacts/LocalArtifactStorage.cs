using CoLA.Core.Rejections;

namespace CoLA.Core.Artifacts;

/// <summary>Artifacts as files in one directory. A draft is a file with a temporary name, and is named by renaming it.</summary>
internal sealed class LocalArtifactStorage : IArtifactStorage
{
    private const string Extension = ".safetensors";
    private const string DraftExtension = ".tmp";

    private readonly string _directory;
    private readonly bool _lasts;

    /// <param name="directory">Where the files are; made if it is not there.</param>
    /// <param name="lasts">Whether files have to survive a crash: if so, each is flushed to the disk.</param>
    public LocalArtifactStorage(string directory, bool lasts = true)
    {
        _directory = directory;
        _lasts = lasts;
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory);
            DiskSync.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(directory))!);
        }
    }

    public async ValueTask<IArtifactDraft> WriteAsync(Action<Stream> write)
    {
        var path = Path.Combine(_directory, Path.GetRandomFileName() + DraftExtension);
        try
        {
            await using var file = new HashedFile(path, _lasts);
            write(file);
            var artifact = new Artifact(await file.FinishAsync().ConfigureAwait(false), file.Length);
            return new Draft(artifact, path, PathOf(artifact.Sha256));
        }
        catch
        {
            TryDelete(path); // why it could not be written is what the caller has to hear
            throw;
        }
    }

    public ValueTask FlushAsync()
    {
        if (_lasts)
        {
            DiskSync.FlushDirectory(_directory);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<MappedFile> MapAsync(Artifact artifact)
    {
        var path = PathOf(artifact.Sha256);
        try
        {
            return ValueTask.FromResult(MappedFile.Open(path));
        }
        catch (ModelFileRejection missing)
        {
            throw new DamagedFileRejection(path, File.Exists(path) ? missing.Found : "is missing");
        }
    }

    public IAsyncEnumerable<string> ListAsync() =>
        Directory.EnumerateFiles(_directory, "*" + Extension).Select(path => Path.GetFileNameWithoutExtension(path)).ToAsyncEnumerable();

    public ValueTask DeleteAsync(string sha256)
    {
        TryDelete(PathOf(sha256));
        return ValueTask.CompletedTask;
    }

    public ValueTask DiscardDraftsAsync()
    {
        foreach (var path in Directory.EnumerateFiles(_directory, "*" + DraftExtension))
        {
            TryDelete(path);
        }

        return ValueTask.CompletedTask;
    }

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

    private string PathOf(string sha256) => Path.Combine(_directory, sha256 + Extension);

    private sealed class Draft(Artifact artifact, string path, string name) : IArtifactDraft
    {
        public Artifact Artifact => artifact;

        public ValueTask NameAsync()
        {
            File.Move(path, name, overwrite: true);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            TryDelete(path);
            return ValueTask.CompletedTask;
        }
    }
}
