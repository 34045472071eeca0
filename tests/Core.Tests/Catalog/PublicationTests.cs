using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

public sealed class PublicationTests : IDisposable
{
    private readonly TestWorld _world = Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

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
        Assert.Equal((2, 2), Served(own));
        Assert.Equal((2, 2), Served(granted));
        Assert.Equal((1, 1), Served(lent));
        await _world.ServeAsync("initech", lent, 2);
        Assert.Equal((2, 2), Served(lent));
        Assert.Equal("acme", _world.Tasks.Resolve(lent.Tenant, lent).Maker.Value);
    }

    [Fact]
    public async Task Publish_FrozenPool_PinsTheNewVersionsToTheSame()
    {
        var (pool, own, _, _) = await FourTenantsAsync();
        var session = await _world.OpenAsync("acme", pool, [own], trainable: false);

        var publication = await _world.PublishAsync(session);

        Assert.Null(publication.PoolVersion);
        Assert.Equal((2, 1), Served(own));
        Assert.Equal([1], _world.PoolVersions("acme", pool));
    }

    [Fact]
    public async Task Publish_WithoutServing_ListsTheVersionsAndSwitchesNothing()
    {
        var (pool, own, granted, _) = await FourTenantsAsync();

        var publication = await _world.PublishAsync(await _world.OpenAsync("acme", pool, [own, granted]), serve: false);

        Assert.All(publication.Tasks, task => Assert.False(task.Served));
        Assert.Equal((1, 1), Served(own));
        Assert.Equal([2, 1], _world.TaskVersions(own));
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

        Assert.Equal(current, _world.Pools.Get(Tenant("acme"), pool).CurrentVersion);
        Assert.Equal(
            [(2, opener), (1, "acme")],
            _world.Pools.ListVersions(Tenant("acme"), pool, new PageRequest()).Items.Select(version => (version.Number, version.Maker.Value)));
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
        Assert.Null(_world.Sessions.FindPublication(mutation));

        var first = await PublishAsync();
        var second = await PublishAsync();

        Assert.Equal(CatalogJson.Write(first), CatalogJson.Write(second));
        Assert.Equal(CatalogJson.Write(first), CatalogJson.Write(_world.Sessions.FindPublication(mutation)));
        Assert.Equal([2, 1], _world.TaskVersions(own));
        Assert.Equal(3, _world.Files().Count());

        Task<Publication> PublishAsync() => _world.Sessions.RecordPublicationAsync(
            mutation,
            session.Name,
            _world.Matrices(),
            new Dictionary<TaskName, Core.Artifacts.Artifact> { [own] = _world.Matrices() },
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
        Assert.Equal((1, 1), Served(own));
        Assert.Equal([1], _world.PoolVersions("acme", pool));
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
        Assert.Equal((1, 1), Served(granted));
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

    private (int Version, int PoolVersion) Served(TaskName task)
    {
        var snapshot = _world.Tasks.Get(task.Tenant, task);
        return (snapshot.ServedVersion, snapshot.PoolVersion);
    }
}
