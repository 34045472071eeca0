using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Data;
using CoLA.Core.Naming;
using static TorchSharp.torch;

namespace CoLA.Bench.Worlds;

/// <summary>
/// Publishes heads of seeded noise without training anything: the files and the registry's entries are those of a session
/// that was trained, so what serves them cannot tell. Each task's heads are its own, the same in every run.
/// </summary>
internal sealed class NoiseHeads(World world)
{
    /// <summary>Small beside the base's activations, large enough to change what is generated.</summary>
    private const double Deviation = 0.02;

    /// <summary>Tasks of one session: one transaction makes the versions of all.</summary>
    private const int Together = 500;

    private readonly SessionCatalog _sessions = new(world.Core.Data.Ledger, world.Core.Model.Identity, world.Core.Data.Ownership);
    private readonly ArtifactStore _artifacts = world.Core.Data.Artifacts;

    /// <summary>A new version of each task on the pool version that it stands on, served at once.</summary>
    public async Task PublishAsync(PoolName pool, IReadOnlyList<TaskName> tasks, Action<int>? published = null)
    {
        foreach (var part in tasks.Chunk(Together))
        {
            await PublishAsync(pool, part, trainable: false);
            published?.Invoke(part.Length);
        }
    }

    /// <summary>A new version of each task, each on a pool version of its own, whose A is noise too.</summary>
    public async Task PublishOnOwnVersionsAsync(PoolName pool, IReadOnlyList<TaskName> tasks)
    {
        foreach (var task in tasks)
        {
            await PublishAsync(pool, [task], trainable: true);
        }
    }

    private async Task PublishAsync(PoolName pool, TaskName[] tasks, bool trainable)
    {
        var session = await _sessions.OpenAsync(world.Mutation(), new OpenSession(pool, 1, tasks, trainable, Rebase: false, "{}"), default);
        var heads = new Artifact[tasks.Length];
        await Parallel.ForEachAsync(session.Tasks.Index(), async (task, cancellation) =>
        {
            var number = (await world.Core.Tasks.GetAsync(World.Tenant, task.Item.Task, cancellation)).ServedVersion;
            using var noise = Noise(MatrixLayout.OfHeads(world.Core.Model.Config, session.PoolSpec, task.Item.Spec), $"{task.Item.Task} after {number}");
            heads[task.Index] = await _artifacts.WriteAsync(stream => AdapterFiles.WriteHeads(stream, noise));
        });
        Artifact? matrices = null;
        if (trainable)
        {
            using var noise = Noise(MatrixLayout.OfPool(world.Core.Model.Config, session.PoolSpec), $"{pool} of {tasks[0]}");
            matrices = await _artifacts.WriteAsync(stream => AdapterFiles.WritePool(stream, new PoolMatrices(noise, null)));
        }

        await _sessions.RecordPublicationAsync(
            world.Mutation(),
            session.Name,
            matrices,
            session.Tasks.Zip(heads).ToDictionary(pair => pair.First.Task, pair => pair.Second),
            serve: true,
            makeCurrent: false,
            default);
        await _sessions.CloseAsync(world.Mutation(), session.Name, default);
    }

    private static FlatMatrices Noise(MatrixLayout layout, string seed)
    {
        using var noGrad = no_grad();
        using var generator = new Generator(SplitMix64.For(1, seed).Next());
        var noise = FlatMatrices.Zeros(layout, CPU);
        noise.Flat.normal_(0, Deviation, generator).DetachFromDisposeScope();
        return noise;
    }
}
