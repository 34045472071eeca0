using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;
using CoLA.Core.Weights;

namespace CoLA.Core.Training.State;

/// <summary>The files that a session begins with, in memory, each compared with its SHA-256.</summary>
internal sealed class SessionFiles : IDisposable
{
    private readonly Dictionary<TaskName, SafetensorsFile> _heads = [];

    private SessionFiles(SessionSnapshot session, SafetensorsFile pool)
    {
        Session = session;
        Pool = pool;
    }

    public SessionSnapshot Session { get; }

    /// <summary>The pool version that it stands on.</summary>
    public SafetensorsFile Pool { get; }

    /// <summary>Where the subtracted product is; null for GAUSSIAN pools.</summary>
    public SafetensorsFile? Initial { get; private set; }

    /// <summary>Files of the tasks that keep trained heads.</summary>
    public IReadOnlyDictionary<TaskName, SafetensorsFile> Heads => _heads;

    /// <exception cref="Rejections.DamagedFileRejection">A file is missing or not what was written.</exception>
    public static async Task<SessionFiles> OpenAsync(SessionSnapshot session, ArtifactStore artifacts)
    {
        var files = new SessionFiles(session, await OpenAsync(session.PoolVersion.Artifact, artifacts).ConfigureAwait(false));
        try
        {
            files.Initial = session.PoolVersion.Initial is { } initial ? await OpenAsync(initial, artifacts).ConfigureAwait(false) : null;
            foreach (var task in session.Tasks.Where(task => task.Heads is not null))
            {
                files._heads.Add(task.Task, await OpenAsync(task.Heads!, artifacts).ConfigureAwait(false));
            }

            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Pool.Dispose();
        Initial?.Dispose();
        foreach (var file in _heads.Values)
        {
            file.Dispose();
        }
    }

    private static async Task<SafetensorsFile> OpenAsync(Artifact artifact, ArtifactStore artifacts) =>
        SafetensorsFile.Of(await artifacts.MapAsync(artifact).ConfigureAwait(false));
}
