using System.Text;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Ownership;
using CoLA.Core.Tests.Registry;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CoLA.Core.Tests.Catalog;

/// <summary>A registry and artifacts with their catalogs, and short ways to fill them.</summary>
internal sealed class TestWorld : IDisposable
{
    public static readonly BaseModelIdentity Base = new("tiny", "ab12");
    public static readonly PoolSpec Gaussian = new([Target.Q, Target.V], 2, 4, 8, Initialisation.Gaussian, null, 1);
    public static readonly PoolSpec Pissa = Gaussian with { Initialisation = Initialisation.Pissa };
    public static readonly TaskSpec Full = new(Strategy.Full, 3, 7);

    private readonly ReplayingRegistry? _replayed;
    private readonly DataDirectory? _data;

    private TestWorld(string path, FakeTimeProvider time, BaseModelIdentity baseModel, ReplayingRegistry? replayed)
    {
        Path = path;
        Time = time;
        _replayed = replayed;
        var changes = new RegistryChanges();
        if (replayed is null)
        {
            _data = DataDirectory.OpenAsync(path, time, () => BeforeCommit()).GetAwaiter().GetResult();
            (Artifacts, Ledger, changes) = (_data.Artifacts, _data.Ledger, _data.Changes);
        }
        else
        {
            replayed.BeforeCommit = () => BeforeCommit();
            Artifacts = new ArtifactStore(new LocalArtifactStorage(System.IO.Path.Combine(path, "matrices"), lasts: false));
            Ledger = new Ledger(replayed, Artifacts, changes, new SoleOwner(), time);
            Recovery.RunAsync(replayed, Artifacts, new SoleOwner()).GetAwaiter().GetResult();
        }

        MakeFirstVersion = (_, _) => MatricesAsync();
        Pools = new PoolCatalog(Ledger, baseModel, (_, spec, cancellation) => MakeFirstVersion(spec, cancellation));
        Tasks = new TaskCatalog(Ledger, baseModel, changes);
        Sessions = new SessionCatalog(Ledger, baseModel, new SoleOwner());
    }

    public string Path { get; }

    public FakeTimeProvider Time { get; }

    public ArtifactStore Artifacts { get; }

    public Ledger Ledger { get; }

    public PoolCatalog Pools { get; }

    public TaskCatalog Tasks { get; }

    public SessionCatalog Sessions { get; }

    public Func<PoolSpec, CancellationToken, Task<Artifact>> MakeFirstVersion { get; set; }

    /// <summary>Where a test makes a transaction fail at its last moment.</summary>
    public Action BeforeCommit { get; set; } = () => { };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>On the data directory of a server.</summary>
    public static TestWorld Create() => new(Directory.CreateTempSubdirectory("cola-data-").FullName, new FakeTimeProvider(), Base, null);

    /// <summary>On a registry that runs every transaction several times.</summary>
    public static TestWorld CreateReplayed() =>
        new(Directory.CreateTempSubdirectory("cola-data-").FullName, new FakeTimeProvider(), Base, new ReplayingRegistry { Conflicts = true });

    public static TenantId Tenant(string tenant) => new(tenant);

    public static TaskName Name(string tenant, string task) => new(new TenantId(tenant), task);

    public static TaskGrant Grant(string tenant, Grants grants) => new(new TenantId(tenant), grants);

    /// <summary>A request of that tenant; a new one unless an id is given. The hash stands for its content.</summary>
    public static Mutation By(string tenant, string? requestId = null, string content = "") =>
        new(new TenantId(tenant), requestId ?? Guid.NewGuid().ToString(), Encoding.UTF8.GetBytes(content));

    /// <summary>Ends this server in good order and starts another on the same directory.</summary>
    public TestWorld Restart(BaseModelIdentity? baseModel = null)
    {
        _data?.Dispose();
        return new TestWorld(Path, Time, baseModel ?? Base, _replayed);
    }

    /// <summary>What a server finds that starts after this one was killed at this very moment.</summary>
    public TestWorld AfterKill()
    {
        var copy = Directory.CreateTempSubdirectory("cola-data-").FullName;
        var files = Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories);
        foreach (var file in files.Where(file => System.IO.Path.GetFileName(file) is not ("cola.lock" or "cola.db-shm")))
        {
            var target = System.IO.Path.Combine(copy, System.IO.Path.GetRelativePath(Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return new TestWorld(copy, Time, Base, _replayed?.Copy());
    }

    /// <summary>Matrices unlike any others.</summary>
    public Task<Artifact> MatricesAsync() => Artifacts.WriteAsync(stream => stream.Write(Guid.NewGuid().ToByteArray()));

    /// <summary>Reads an artifact as those do who use it, and lets go of it.</summary>
    public async Task ReadAsync(Artifact artifact) => (await Artifacts.MapAsync(artifact)).Dispose();

    public IEnumerable<string> Files() => Directory.EnumerateFiles(System.IO.Path.Combine(Path, "matrices"));

    public string FileOf(Artifact artifact) => System.IO.Path.Combine(Path, "matrices", artifact.Sha256 + ".safetensors");

    public async Task<PoolName> PoolAsync(string owner, string id, PoolSharing? sharing = null, PoolSpec? spec = null) =>
        (await Pools.CreateAsync(By(owner), id, spec ?? Gaussian, sharing ?? PoolSharing.Private, Cancellation)).Name;

    public async Task<TaskName> TaskAsync(string owner, string id, PoolName pool, params TaskGrant[] grants) =>
        (await Tasks.RegisterAsync(By(owner), Name(owner, id), pool, null, Full, grants, Cancellation)).Task.Name;

    public Task<SessionSnapshot> OpenAsync(
        string opener,
        PoolName pool,
        IReadOnlyList<TaskName> tasks,
        int? poolVersion = null,
        bool trainable = true,
        bool rebase = false) =>
        Sessions.OpenAsync(By(opener), new OpenSession(pool, poolVersion, tasks, trainable, rebase, "{\"steps\":3}"), Cancellation);

    public async Task<Publication> PublishAsync(SessionSnapshot session, bool serve = true, bool makeCurrent = true)
    {
        var heads = new Dictionary<TaskName, Artifact>();
        foreach (var task in session.Tasks)
        {
            heads.Add(task.Task, await MatricesAsync());
        }

        var matrices = session.PoolTrainable ? await MatricesAsync() : null;
        return await Sessions.RecordPublicationAsync(By(session.Opener.Value), session.Name, matrices, heads, serve, makeCurrent, Cancellation);
    }

    public async Task<SavedState> SaveAsync(SessionSnapshot session, long sequence) => await Sessions.RecordStateAsync(
        By(session.Opener.Value),
        session.Name,
        sequence,
        await MatricesAsync(),
        [(byte)sequence],
        $"\"reply {sequence}\"",
        Cancellation);

    public Task CloseAsync(SessionSnapshot session) => Sessions.CloseAsync(By(session.Opener.Value), session.Name, Cancellation);

    public Task<TaskSnapshot> ServeAsync(string tenant, TaskName task, int version) =>
        Tasks.SetServedVersionAsync(By(tenant), task, version, Cancellation);

    public Task<TaskSnapshot> GrantAsync(TaskName task, params TaskGrant[] grants) =>
        Tasks.UpdateAsync(By(task.Tenant.Value), task, grants, Cancellation);

    /// <summary>What its owner's rows that name the task are served with.</summary>
    public Task<TaskVersionSnapshot> ResolveAsync(TaskName task, int? version = null) =>
        Tasks.ResolveAsync(task.Tenant, task, version, Cancellation).AsTask();

    public async Task<IReadOnlyList<int>> PoolVersionsAsync(string caller, PoolName pool) =>
        [.. (await Pools.ListVersionsAsync(Tenant(caller), pool, new PageRequest(), Cancellation)).Items.Select(version => version.Number)];

    public async Task<IReadOnlyList<int>> TaskVersionsAsync(TaskName task) =>
        [.. (await Tasks.ListVersionsAsync(task.Tenant, task, new PageRequest(), Cancellation)).Items.Select(version => version.Number)];

    /// <summary>Every file that the registry names, by its SHA-256.</summary>
    public ValueTask<IReadOnlyList<string>> NamedFilesAsync() =>
        Ledger.ReadAsync(registry => registry.Files.ListAsync("", int.MaxValue), Cancellation);

    public void Dispose()
    {
        _data?.Dispose();
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
