using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

public class TaskRegistrationTests : IDisposable
{
    private readonly TestWorld _world;

    public TaskRegistrationTests()
        : this(Create())
    {
    }

    private protected TaskRegistrationTests(TestWorld world) => _world = world;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task From_LentTask_TakesAllOfItAndKeepsItWhenLendIsWithdrawn()
    {
        var (pool, lender) = await TrainedAsync();
        await _world.GrantAsync(lender, Grant("globex", Grants.Lend));

        var registered = await FromAsync("globex", "new", pool, lender);
        await _world.GrantAsync(lender);

        var newcomer = registered.Task.Name;
        var (lent, taken) = (await _world.ResolveAsync(lender), await _world.ResolveAsync(newcomer));
        Assert.Equal((lent.Heads, lent.PoolVersion.Number, lent.SubtractsInitial), (taken.Heads, taken.PoolVersion.Number, taken.SubtractsInitial));
        Assert.Equal(Full with { Seed = 9 }, taken.Spec);
        Assert.Equal(new TaskVersionName(lender, 2), (await _world.Tasks.GetAsync(newcomer.Tenant, newcomer, Cancellation)).StartedFrom);
        var versions = await _world.Tasks.ListVersionsAsync(newcomer.Tenant, newcomer, new PageRequest(), Cancellation);
        Assert.Equal(new TaskVersionName(lender, 2), versions.Items.Single().StartedFrom);
        Assert.NotEqual(lent.Key, taken.Key);
    }

    [Fact]
    public async Task From_TaskOfAnother_NeedsLend()
    {
        var (pool, lender) = await TrainedAsync();

        await Assert.ThrowsAsync<NotFoundRejection>(() => FromAsync("globex", "new", pool, lender));
        await _world.GrantAsync(lender, Grant("globex", Grants.Generate | Grants.Train | Grants.Publish));
        await Assert.ThrowsAsync<PermissionRejection>(() => FromAsync("globex", "new", pool, lender));
        Assert.Empty((await _world.Tasks.ListAsync(Tenant("globex"), false, null, new PageRequest(), Cancellation)).Items);
    }

    [Fact]
    public async Task From_OtherValuesThanTheNeighbours_AreAllRefused()
    {
        var (pool, lender) = await TrainedAsync();
        var elsewhere = await _world.PoolAsync("acme", "p2");

        var rejection = await Assert.ThrowsAsync<InvalidArgumentRejection>(() => _world.Tasks.RegisterFromAsync(
            By("acme"), new Newcomer(Name("acme", "new"), pool, 1, Strategy.HeuristicBalanced, 4, 0, []), lender, null, [], Cancellation));

        Assert.Equal(["spec.strategy", "spec.n", "pool_version"], rejection.Violations.Select(violation => violation.Field));
        Assert.Contains("HEURISTIC_BALANCED", rejection.Violations[0].Description, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => FromAsync("acme", "new", elsewhere, lender));
    }

    [Fact]
    public async Task StartedFrom_IsBetweenTheTwoOwners()
    {
        var (pool, lender) = await TrainedAsync();
        await _world.GrantAsync(lender, Grant("globex", Grants.Lend));
        var newcomer = (await FromAsync("globex", "new", pool, lender)).Task.Name;
        await _world.GrantAsync(newcomer, Grant("initech", Grants.Generate), Grant("acme", Grants.Generate));

        Assert.Null((await _world.Tasks.GetAsync(Tenant("initech"), newcomer, Cancellation)).StartedFrom);
        Assert.Null((await _world.Tasks.ListVersionsAsync(Tenant("initech"), newcomer, new PageRequest(), Cancellation)).Items.Single().StartedFrom);
        Assert.Equal(new TaskVersionName(lender, 2), (await _world.Tasks.GetAsync(Tenant("acme"), newcomer, Cancellation)).StartedFrom);
    }

    [Fact]
    public async Task Newcomer_InASessionAtAnotherPoolVersion_IsRefusedNamingBoth()
    {
        var (pool, lender) = await TrainedAsync();
        var newcomer = (await FromAsync("acme", "new", pool, lender)).Task.Name;

        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(() => _world.OpenAsync("acme", pool, [newcomer], poolVersion: 1));
        var session = await _world.OpenAsync("acme", pool, [newcomer]);

        Assert.Contains("pools/p1/versions/2", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("pools/p1/versions/1", rejection.Message, StringComparison.Ordinal);
        Assert.Equal((await _world.ResolveAsync(lender)).Heads, session.Tasks[0].Heads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Heads_OfBoth_StayAsLongAsEitherNeedsThem(bool lenderFirst)
    {
        var (pool, lender) = await TrainedAsync();
        var newcomer = (await FromAsync("acme", "new", pool, lender)).Task.Name;
        var heads = _world.FileOf((await _world.ResolveAsync(lender)).Heads!);
        var (first, second) = lenderFirst ? (lender, newcomer) : (newcomer, lender);

        await _world.Tasks.DeleteAsync(By("acme"), first, Cancellation);
        Assert.Contains(heads, _world.Files());
        Assert.Contains(2, await _world.PoolVersionsAsync("acme", pool));

        await _world.Tasks.DeleteAsync(By("acme"), second, Cancellation);
        Assert.DoesNotContain(heads, _world.Files());
    }

    private Task<RegisteredTask> FromAsync(string owner, string id, PoolName pool, TaskName neighbour) => _world.Tasks.RegisterFromAsync(
        By(owner), new Newcomer(Name(owner, id), pool, null, null, null, 9, []), neighbour, null, [], Cancellation);

    private async Task<(PoolName Pool, TaskName Lender)> TrainedAsync()
    {
        var pool = await _world.PoolAsync("acme", "p1", new PoolSharing(PoolVisibility.Public, []), Pissa);
        var lender = await _world.TaskAsync("acme", "lender", pool);
        var session = await _world.OpenAsync("acme", pool, [lender]);
        await _world.PublishAsync(session);
        await _world.CloseAsync(session);
        return (pool, lender);
    }
}
