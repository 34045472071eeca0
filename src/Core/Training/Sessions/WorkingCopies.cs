using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sessions;

/// <summary>
/// Working copies of sessions, as adapters that rows can run on. Each state of the weights has its own keys: a row that began
/// before an optimizer step ends on the weights with which it began, and no cache mixes two states.
/// </summary>
internal sealed class WorkingCopies(
    SessionCatalog catalog, TaskCatalog tasks, SessionHost host, SessionLoader loader, Engine.Engine engine, ArtifactStore artifacts)
{
    /// <summary>The last key, which is used with a minus sign: the registry's keys are positive, so no key has two meanings.</summary>
    private long _keys;

    /// <summary>The task's weights as they are now. It does not wait for calls that run in the session.</summary>
    /// <exception cref="NotFoundRejection">The caller did not open the session, or it does not hold the task.</exception>
    /// <exception cref="PermissionRejection">The caller may not generate with the task.</exception>
    public async Task<AdapterSource> SourceAsync(TenantId caller, SessionName name, TaskName task, CancellationToken cancellation)
    {
        var session = await catalog.GetAsync(caller, name, cancellation).ConfigureAwait(false);
        await tasks.ResolveAsync(caller, task, null, cancellation).ConfigureAwait(false); // refuses whoever may not
        var source = await CaptureAsync(session, task).ConfigureAwait(false);
        if (source is not null)
        {
            return source;
        }

        // The session is not loaded or has expired: this has to wait for its gate.
        return await host.EnterAsync(
            caller,
            name,
            async (opened, live) =>
            {
                await loader.TensorsAsync(opened, live, cancellation).ConfigureAwait(false);
                return await CaptureAsync(opened, task).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false)
            ?? throw new NotFoundRejection($"{task} is not in {name}");
    }

    /// <summary>Null if the session is not loaded or does not hold the task.</summary>
    private Task<AdapterSource?> CaptureAsync(SessionSnapshot session, TaskName task) => engine.CallAsync(() =>
        session.Tasks.Any(held => held.Task == task)
        && host.Find(session.Name)?.Tensors is { } tensors
        && tensors.Tasks.TryGetValue(task, out var state)
            ? state.Copy is { } kept && kept.Edition == (state.Heads.Edition, tensors.Pool.A.Edition)
                ? kept.Source
                : Capture(session, task, tensors.Pool, state)
            : null);

    private AdapterSource Capture(SessionSnapshot session, TaskName task, PoolState pool, TaskState state)
    {
        var moves = pool.Optimizer is not null;
        var version = new TaskVersionSnapshot(
            -Interlocked.Increment(ref _keys),
            task,
            0,
            state.Spec,
            session.PoolSpec,
            moves ? session.PoolVersion with { Key = -pool.A.Edition } : session.PoolVersion,
            null,
            state.Subtracts,
            session.Opener,
            Served: false,
            session.Created,
            StartedFrom: null);
        var source = new AdapterSource(version, artifacts)
        {
            WorkingHeads = new WorkingMatrices(state.Heads.Weights),
            WorkingPool = moves ? new WorkingMatrices(pool.A.Weights) : null,
        };
        state.Copy = ((state.Heads.Edition, pool.A.Edition), source);
        return source;
    }
}
