using CoLA.Core.Catalog;
using CoLA.Core.Naming;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

public class RetentionTests : IDisposable
{
    private readonly TestWorld _world;

    public RetentionTests()
        : this(Create())
    {
    }

    private protected RetentionTests(TestWorld world) => _world = world;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Task_PublishedOften_KeepsTheServedTheLastTenServedAndTheLastTenMade()
    {
        var (pool, task) = await NewAsync();
        var session = await _world.OpenAsync("acme", pool, [task]);
        for (var version = 2; version <= 14; version++)
        {
            await _world.PublishAsync(session);
        }

        for (var version = 15; version <= 26; version++)
        {
            await _world.PublishAsync(session, serve: false);
        }

        await _world.CloseAsync(session);

        // Served last: 14 down to 5. Made last: 26 down to 17.
        Assert.Equal([.. Down(26, 17), .. Down(14, 5)], await _world.TaskVersionsAsync(task));
        Assert.Equal(14, (await _world.Tasks.GetAsync(Tenant("acme"), task, Cancellation)).ServedVersion);
        Assert.Equal([.. Down(26, 17), .. Down(14, 5), 1], await _world.PoolVersionsAsync("acme", pool));
        await FilesAreExactlyThoseNamedAsync(pool, task);
    }

    [Fact]
    public async Task Task_RolledBack_KeepsWhatItServedLatest()
    {
        var (pool, task) = await NewAsync();
        var session = await _world.OpenAsync("acme", pool, [task]);
        await _world.PublishAsync(session);
        await _world.ServeAsync("acme", task, 1);
        for (var version = 3; version <= 30; version++)
        {
            await _world.PublishAsync(session, serve: false);
        }

        await _world.CloseAsync(session);

        Assert.Equal([.. Down(30, 21), 2, 1], await _world.TaskVersionsAsync(task));
        Assert.Equal(1, (await _world.Tasks.GetAsync(Tenant("acme"), task, Cancellation)).ServedVersion);
    }

    [Fact]
    public async Task Pool_SessionsAndSavedStates_KeepTheVersionsThatTheyNeed()
    {
        var (pool, task) = await NewAsync();
        var other = await _world.TaskAsync("acme", "u", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);
        await _world.PublishAsync(session);
        await _world.SaveAsync(session, 3);
        var waiting = await _world.OpenAsync("acme", pool, [other], poolVersion: 2);
        for (var version = 3; version <= 16; version++)
        {
            await _world.PublishAsync(session);
        }

        Assert.Equal([.. Down(16, 7), 2, 1], await _world.PoolVersionsAsync("acme", pool));
        await _world.CloseAsync(session);
        Assert.Contains(2, await _world.PoolVersionsAsync("acme", pool));
        await _world.CloseAsync(waiting);
        Assert.Equal([.. Down(16, 7), 1], await _world.PoolVersionsAsync("acme", pool));
        await FilesAreExactlyThoseNamedAsync(pool, task);
    }

    [Fact]
    public async Task Task_OpenSessionThatStandsAtItsOpening_KeepsTheVersionItBeganWith()
    {
        var (pool, task) = await NewAsync();
        var first = await _world.OpenAsync("acme", pool, [task]);
        await _world.PublishAsync(first);
        await _world.CloseAsync(first);
        var session = await _world.OpenAsync("acme", pool, [task]);
        for (var version = 3; version <= 20; version++)
        {
            await _world.PublishAsync(session);
        }

        Assert.Equal([.. Down(20, 11), 2], await _world.TaskVersionsAsync(task));
        await _world.SaveAsync(session, 1);
        Assert.Equal(Down(20, 11), await _world.TaskVersionsAsync(task));
    }

    [Fact]
    public async Task Pool_CurrentVersionThatNobodyUses_IsKeptUntilItIsMoved()
    {
        var (pool, task) = await NewAsync();
        var session = await _world.OpenAsync("acme", pool, [task]);
        await _world.PublishAsync(session);
        await _world.CloseAsync(session);
        await _world.Tasks.DeleteAsync(By("acme"), task, Cancellation);
        Assert.Equal([2, 1], await _world.PoolVersionsAsync("acme", pool));

        await _world.Pools.UpdateAsync(By("acme"), pool, null, 1, Cancellation);

        Assert.Equal([1], await _world.PoolVersionsAsync("acme", pool));
        Assert.Single(_world.Files());
    }

    private static IEnumerable<int> Down(int from, int to) => Enumerable.Range(to, from - to + 1).Reverse();

    private async Task<(PoolName Pool, TaskName Task)> NewAsync()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        return (pool, await _world.TaskAsync("acme", "t", pool));
    }

    private async Task FilesAreExactlyThoseNamedAsync(PoolName pool, TaskName task)
    {
        var versions = await _world.Pools.ListVersionsAsync(Tenant("acme"), pool, new PageRequest(), Cancellation);
        var heads = await _world.Tasks.ListVersionsAsync(task.Tenant, task, new PageRequest(), Cancellation);
        var named = versions.Items.Select(version => version.Artifact).Concat(heads.Items.Select(version => version.Heads).OfType<Core.Artifacts.Artifact>());
        Assert.Equal(named.Select(_world.FileOf).Order(), _world.Files().Order());
    }
}
