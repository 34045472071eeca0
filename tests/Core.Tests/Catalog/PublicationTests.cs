using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

public class PublicationTests : IDisposable
{
    private readonly TestWorld _world;

    public PublicationTests()
        : this(Create())
    {
    }

    private protected PublicationTests(TestWorld world) => _world = world;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Publish_TrainedPool_MakesOnePoolVersionAndOneOfEveryTask()
    {
        var (pool, own, granted, lent) = await FourTenantsAsync();
        var session = await _world.OpenAsync("acme", pool, [own, granted, lent]);

        var publication = await _world.PublishAsync(session);

        Assert.Equal(
            (2, 1, "acme", true),
            (publication.PoolVersion!.Number, publication.PoolVersion.Parent, publication.PoolVersion.Maker.Value, publication.PoolVersion.Current));
        Assert.Equal(
            [(own, 2, true), (granted, 2, true), (lent, 2, false)], publication.Tasks.Select(task => (task.Version.Task, task.Version.Number, task.Served)));
        Assert.Equal((2, 2), await ServedAsync(own));
        Assert.Equal((2, 2), await ServedAsync(granted));
        Assert.Equal((1, 1), await ServedAsync(lent));
        await _world.ServeAsync("initech", lent, 2);
        Assert.Equal((2, 2), await ServedAsync(lent));
        Assert.Equal("acme", (await _world.ResolveAsync(lent)).Maker.Value);
    }

    [Fact]
    public async Task Publish_FrozenPool_PinsTheNewVersionsToTheSame()
    {
        var (pool, own, _, _) = await FourTenantsAsync();
        var session = await _world.OpenAsync("acme", pool, [own], trainable: false);

        var publication = await _world.PublishAsync(session);

        Assert.Null(publication.PoolVersion);
        Assert.Equal((2, 1), await ServedAsync(own));
        Assert.Equal([1], await _world.PoolVersionsAsync("acme", pool));
    }

    [Fact]
    public async Task Publish_WithoutServing_ListsTheVersionsAndSwitchesNothing()
    {
        var (pool, own, granted, _) = await FourTenantsAsync();

        var publication = await _world.PublishAsync(await _world.OpenAsync("acme", pool, [own, granted]), serve: false);

        Assert.All(publication.Tasks, task => Assert.False(task.Served));
        Assert.Equal((1, 1), await ServedAsync(own));
        Assert.Equal([2, 1], await _world.TaskVersionsAsync(own));
    }

    [Theory]
    [InlineData("acme", true, 2)]
    [InlineData("acme", false, 1)]
    [InlineData("globex", true, 1)]
    public async Task Publish_CurrentVersion_IsMovedByThePoolsOwnerOnly(string opener, bool makeCurrent, int current)
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync(opener, "t", pool);

        await _world.PublishAsync(await _world.OpenAsync(opener, pool, [task]), makeCurrent: makeCurrent);

        Assert.Equal(current, (await _world.Pools.GetAsync(Tenant("acme"), pool, Cancellation)).CurrentVersion);
        var versions = await _world.Pools.ListVersionsAsync(Tenant("acme"), pool, new PageRequest(), Cancellation);
        Assert.Equal(
            [(2, opener), (1, "acme")],
            versions.Items.Select(version => (version.Number, version.Maker.Value)));
    }

    [Fact]
    public async Task Publish_TwoSessionsFromOneVersion_BothHaveItForParent()
    {
        var (pool, own, granted, _) = await FourTenantsAsync();
        var first = await _world.OpenAsync("acme", pool, [own]);
        var second = await _world.OpenAsync("acme", pool, [granted]);

        var two = await _world.PublishAsync(first);
        var three = await _world.PublishAsync(second);
        var four = await _world.PublishAsync(first);

        Assert.Equal([(2, 1), (3, 1), (4, 2)], new[] { two, three, four }.Select(made => (made.PoolVersion!.Number, made.PoolVersion.Parent!.Value)));
    }

    [Fact]
    public async Task Publish_SentTwice_ActsOnce()
    {
        var (pool, own, _, _) = await FourTenantsAsync();
        var session = await _world.OpenAsync("acme", pool, [own]);
        var mutation = By("acme", "publish");
        Assert.Null(await _world.Sessions.FindPublicationAsync(mutation, Cancellation));

        var first = await PublishAsync();
        var second = await PublishAsync();

        Assert.Equal(CatalogJson.Write(first), CatalogJson.Write(second));
        Assert.Equal(CatalogJson.Write(first), CatalogJson.Write(await _world.Sessions.FindPublicationAsync(mutation, Cancellation)));
        Assert.Equal([2, 1], await _world.TaskVersionsAsync(own));
        Assert.Equal(3, _world.Files().Count());

        async Task<Publication> PublishAsync() => await _world.Sessions.RecordPublicationAsync(
            mutation,
            session.Name,
            await _world.MatricesAsync(),
            new Dictionary<TaskName, Core.Artifacts.Artifact> { [own] = await _world.MatricesAsync() },
            true,
            true,
            Cancellation);
    }

    [Fact]
    public async Task Publish_NotOfTheSessionsTasks_ChangesNothing()
    {
        var (pool, own, granted, _) = await FourTenantsAsync();
        var session = await _world.OpenAsync("acme", pool, [own, granted]);

        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(
            () => _world.PublishAsync(session with { Tasks = [.. session.Tasks.Where(task => task.Task == own)] }));

        Assert.Contains(granted.ToString(), rejection.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), await ServedAsync(own));
        Assert.Equal([1], await _world.PoolVersionsAsync("acme", pool));
        Assert.Single(_world.Files());
    }

    [Fact]
    public async Task Publish_GrantOfPublishRevokedMeanwhile_DoesNotServe()
    {
        var (pool, _, granted, _) = await FourTenantsAsync();
        var session = await _world.OpenAsync("acme", pool, [granted]);
        await _world.GrantAsync(granted, Grant("acme", Grants.Train));

        var publication = await _world.PublishAsync(session);

        Assert.False(Assert.Single(publication.Tasks).Served);
        Assert.Equal((1, 1), await ServedAsync(granted));
    }

    // A pool of acme's with a task of acme's, one that globex lets it train and publish, one that initech lets it train.
    private async Task<(PoolName Pool, TaskName Own, TaskName Granted, TaskName Lent)> FourTenantsAsync()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        return (
            pool,
            await _world.TaskAsync("acme", "own", pool),
            await _world.TaskAsync("globex", "granted", pool, Grant("acme", Grants.Train | Grants.Publish)),
            await _world.TaskAsync("initech", "lent", pool, Grant("acme", Grants.Train)));
    }

    private async Task<(int Version, int PoolVersion)> ServedAsync(TaskName task)
    {
        var snapshot = await _world.Tasks.GetAsync(task.Tenant, task, Cancellation);
        return (snapshot.ServedVersion, snapshot.PoolVersion);
    }
}
