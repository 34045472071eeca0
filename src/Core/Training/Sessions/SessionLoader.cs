using System.Diagnostics;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Training.State;
using CoLA.Core.Work;

namespace CoLA.Core.Training.Sessions;

/// <summary>Loads the tensors of a session into the engine, from its evicted state or its last saved state, and frees them.</summary>
internal sealed class SessionLoader(Engine.Engine engine, ArtifactStore artifacts, SessionMemory memory)
{
    /// <summary>The session's tensors, loaded if they are not there, without the tasks that were taken out of the session.</summary>
    public async Task<SessionTensors> TensorsAsync(SessionSnapshot session, LiveSession live, CancellationToken cancellation)
    {
        var tensors = live.Tensors ?? await OpenAsync(session, live, cancellation).ConfigureAwait(false);
        var held = session.Tasks.Select(task => task.Task).ToHashSet();
        var gone = tensors.Tasks.Keys.Where(task => !held.Contains(task)).ToArray();
        if (gone.Length > 0)
        {
            await engine.CallAsync(() =>
            {
                Array.ForEach(gone, tensors.Remove);
                return true;
            }).ConfigureAwait(false);
        }

        return tensors;
    }

    /// <summary>Frees the session's tensors and its evicted state; the last saved state can be loaded again.</summary>
    public async Task FreeAsync(LiveSession live)
    {
        memory.Forget(live);
        if (live.Evicted is { } evicted)
        {
            live.Evicted = null;
            await evicted.DisposeAsync().ConfigureAwait(false);
        }

        if (live.Tensors is { } tensors)
        {
            live.Tensors = null;
            await engine.CallAsync(() => Free(tensors)).ConfigureAwait(false);
        }
    }

    private static bool Free(SessionTensors tensors)
    {
        tensors.Dispose();
        return true;
    }

    private async Task<SessionTensors> OpenAsync(SessionSnapshot session, LiveSession live, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        SessionTensors? opened = null;
        using var files = await SessionFiles.OpenAsync(session, artifacts).ConfigureAwait(false);
        var evicted = live.Evicted;
        using var saved = evicted is null && session.Stand.Artifact is { } artifact
            ? SessionState.Read(await artifacts.MapAsync(artifact).ConfigureAwait(false))
            : null;
        var state = evicted is null ? saved : await evicted.RecallAsync().ConfigureAwait(false);
        IEnumerable<Unit> Open()
        {
            foreach (var unit in SessionTensors.Open(engine.Model, files, made => opened = made))
            {
                yield return unit;
            }

            foreach (var unit in state?.RestoreByParts(opened!) ?? [])
            {
                yield return unit;
            }

            live.Tensors = opened;
        }

        try
        {
            await engine.RunAsync(session.Opener, Open(), cancellation).ConfigureAwait(false);
        }
        catch when (live.Tensors is null && opened is not null)
        {
            await engine.CallAsync(() => Free(opened)).ConfigureAwait(false);
            throw;
        }

        live.Evicted = null;
        if (evicted is not null)
        {
            await evicted.DisposeAsync().ConfigureAwait(false);
        }

        await memory.HoldAsync(session, live, evicted is null ? null : started, cancellation).ConfigureAwait(false);
        return opened!;
    }
}
