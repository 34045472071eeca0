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
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CoLA.Core.Tests.Catalog;

/// <summary>A data directory with its catalogs, and short ways to fill it.</summary>
internal sealed class TestWorld : IDisposable
{
    public static readonly BaseModelIdentity Base = new("tiny", "ab12");
    public static readonly PoolSpec Gaussian = new([Target.Q, Target.V], 2, 4, 8, Initialisation.Gaussian, null, 1);
    public static readonly PoolSpec Pissa = Gaussian with { Initialisation = Initialisation.Pissa };
    public static readonly TaskSpec Full = new(Strategy.Full, 3, 7);

    private TestWorld(string path, FakeTimeProvider time, BaseModelIdentity baseModel)
    {
        Path = path;
        Time = time;
        Data = DataDirectory.Open(path, time, () => BeforeCommit());
        MakeFirstVersion = (_, _) => Task.FromResult(Matrices());
        Pools = new PoolCatalog(Data, baseModel, (_, spec, cancellation) => MakeFirstVersion(spec, cancellation));
        Tasks = new TaskCatalog(Data, baseModel);
        Sessions = new SessionCatalog(Data, baseModel);
    }

    public string Path { get; }

    public FakeTimeProvider Time { get; }

    public DataDirectory Data { get; }

    public PoolCatalog Pools { get; }

    public TaskCatalog Tasks { get; }

    public SessionCatalog Sessions { get; }

    public Func<PoolSpec, CancellationToken, Task<Artifact>> MakeFirstVersion { get; set; }

    /// <summary>Where a test makes a transaction fail at its last moment.</summary>
    public Action BeforeCommit { get; set; } = () => { };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TestWorld Create() => new(Directory.CreateTempSubdirectory("cola-data-").FullName, new FakeTimeProvider(), Base);

    public static TenantId Tenant(string tenant) => new(tenant);

    public static TaskName Name(string tenant, string task) => new(new TenantId(tenant), task);

    public static TaskGrant Grant(string tenant, Grants grants) => new(new TenantId(tenant), grants);

    /// <summary>A request of that tenant; a new one unless an id is given. The hash stands for its content.</summary>
    public static Mutation By(string tenant, string? requestId = null, string content = "") =>
        new(new TenantId(tenant), requestId ?? Guid.NewGuid().ToString(), Encoding.UTF8.GetBytes(content));

    /// <summary>Ends this server in good order and starts another on the same directory.</summary>
    public TestWorld Restart(BaseModelIdentity? baseModel = null)
    {
        Data.Dispose();
        return new TestWorld(Path, Time, baseModel ?? Base);
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

        return new TestWorld(copy, Time, Base);
    }

    /// <summary>Matrices unlike any others.</summary>
    public Artifact Matrices() => Data.Artifacts.Write(stream => stream.Write(Guid.NewGuid().ToByteArray()));

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

    public Task<Publication> PublishAsync(SessionSnapshot session, bool serve = true, bool makeCurrent = true) => Sessions.RecordPublicationAsync(
        By(session.Opener.Value),
        session.Name,
        session.PoolTrainable ? Matrices() : null,
        session.Tasks.ToDictionary(task => task.Task, _ => Matrices()),
        serve,
        makeCurrent,
        Cancellation);

    public Task<SavedState> SaveAsync(SessionSnapshot session, long sequence) => Sessions.RecordStateAsync(
        By(session.Opener.Value),
        session.Name,
        sequence,
        Matrices(),
        [(byte)sequence],
        $"\"reply {sequence}\"",
        Cancellation);

    public Task CloseAsync(SessionSnapshot session) => Sessions.CloseAsync(By(session.Opener.Value), session.Name, Cancellation);

    public Task<TaskSnapshot> ServeAsync(string tenant, TaskName task, int version) =>
        Tasks.SetServedVersionAsync(By(tenant), task, version, Cancellation);

    public Task<TaskSnapshot> GrantAsync(TaskName task, params TaskGrant[] grants) =>
        Tasks.UpdateAsync(By(task.Tenant.Value), task, grants, Cancellation);

    public IEnumerable<int> PoolVersions(string caller, PoolName pool) =>
        Pools.ListVersions(Tenant(caller), pool, new PageRequest()).Items.Select(version => version.Number);

    public IEnumerable<int> TaskVersions(TaskName task) =>
        Tasks.ListVersions(task.Tenant, task, new PageRequest()).Items.Select(version => version.Number);

    public void Dispose()
    {
        Data.Dispose();
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
