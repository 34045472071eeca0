using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Engine;

namespace CoLA.Core.Training;

/// <summary>Makes a session's tensors on the engine, from where the registry says that the session stands, and frees them.</summary>
internal sealed class SessionLoader(Engine.Engine engine, ArtifactStore artifacts)
{
    /// <summary>The session's tensors, made now if need be, without tasks that were taken out of it.</summary>
    public async Task<SessionTensors> TensorsAsync(SessionSnapshot session, LiveSession live, CancellationToken cancellation)
    {
        if (live.Tensors is not { } tensors)
        {
            SessionTensors? opened = null;
            var files = SessionFiles.Of(session, artifacts);
            var state = session.Stand.Artifact is { } saved ? artifacts.Open(saved) : null;
            IEnumerable<Unit> Open()
            {
                foreach (var unit in SessionTensors.Open(engine.Model, files, made => opened = made))
                {
                    yield return unit;
                }

                if (state is not null)
                {
                    SessionState.Restore(state, opened!);
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

            tensors = live.Tensors!;
        }

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

    /// <summary>Frees the session's tensors; they can be made again.</summary>
    public async Task FreeAsync(LiveSession live)
    {
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
}
