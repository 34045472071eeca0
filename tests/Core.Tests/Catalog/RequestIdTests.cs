using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Rejections;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

public class RequestIdTests : IDisposable
{
    private readonly TestWorld _world;

    public RequestIdTests()
        : this(Create())
    {
    }

    private protected RequestIdTests(TestWorld world) => _world = world;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Request_SentTwice_ActsOnceAndRepliesTheSame()
    {
        var pool = await _world.PoolAsync("acme", "p1");

        var first = await RegisterAsync();
        await _world.GrantAsync(first.Task.Name, Grant("globex", Grants.Train));
        var second = await RegisterAsync();

        Assert.Equal(CatalogJson.Write(first), CatalogJson.Write(second));
        Assert.Single((await _world.Tasks.ListAsync(Tenant("acme"), false, null, new PageRequest(), Cancellation)).Items);

        Task<RegisteredTask> RegisterAsync() =>
            _world.Tasks.RegisterAsync(By("acme", "one"), Name("acme", "t"), pool, null, Full, [], Cancellation);
    }

    [Fact]
    public async Task Request_SentTwice_GivesTheReplyEvenWhereItCouldNotActAgain()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        await _world.Pools.DeleteAsync(By("acme", "gone"), pool, Cancellation);

        await _world.Pools.DeleteAsync(By("acme", "gone"), pool, Cancellation);

        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Pools.DeleteAsync(By("acme", "again"), pool, Cancellation));
    }

    [Fact]
    public async Task Request_SameIdWithAnotherContent_IsInvalid()
    {
        await CreateAsync("acme", "one", "a", "p1");

        var rejection = await Assert.ThrowsAsync<InvalidArgumentRejection>(() => CreateAsync("acme", "one", "b", "p2"));

        Assert.Equal("request_id", Assert.Single(rejection.Violations).Field);
        Assert.Equal(["p1"], (await _world.Pools.ListAsync(Tenant("acme"), new PageRequest(), Cancellation)).Items.Select(pool => pool.Name.Pool));
    }

    [Fact]
    public async Task Request_SameIdOfAnotherMethod_IsInvalid()
    {
        var pool = await CreateAsync("acme", "one", "a", "p1");

        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => _world.Pools.DeleteAsync(By("acme", "one", "a"), pool.Name, Cancellation));
    }

    [Fact]
    public async Task Request_SameIdOfAnotherTenant_IsAnother()
    {
        await CreateAsync("acme", "one", "a", "p1");
        await CreateAsync("globex", "one", "b", "p2");

        Assert.Equal(["p2"], (await _world.Pools.ListAsync(Tenant("globex"), new PageRequest(), Cancellation)).Items.Select(pool => pool.Name.Pool));
    }

    [Fact]
    public async Task Request_AfterADay_IsForgotten()
    {
        await CreateAsync("acme", "one", "a", "p1");

        _world.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => CreateAsync("acme", "one", "b", "p2"));
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await CreateAsync("acme", "one", "b", "p2");

        Assert.Equal("p2", (await CreateAsync("acme", "one", "b", "p2")).Name.Pool);
    }

    [Fact]
    public async Task Request_AfterARestart_IsRemembered()
    {
        var first = await CreateAsync("acme", "one", "a", "p1");
        using var restarted = _world.Restart();

        var second = await restarted.Pools.CreateAsync(By("acme", "one", "a"), "p1", Gaussian, PoolSharing.Private, Cancellation);

        Assert.Equal(CatalogJson.Write(first), CatalogJson.Write(second));
    }

    [Fact]
    public async Task Request_ThatWasRefused_LeavesItsIdFree()
    {
        await CreateAsync("globex", "other", "x", "p1");
        await Assert.ThrowsAsync<AlreadyExistsRejection>(() => CreateAsync("acme", "one", "a", "p1"));

        Assert.Equal("p2", (await CreateAsync("acme", "one", "b", "p2")).Name.Pool);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(129)]
    public async Task Request_IdMissingOrTooLong_IsInvalid(int length)
    {
        var rejection = await Assert.ThrowsAsync<InvalidArgumentRejection>(() => CreateAsync("acme", new string('x', length), "a", "p1"));

        Assert.Equal("request_id", Assert.Single(rejection.Violations).Field);
        Assert.Contains("1 to 128", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_TwiceAtOnce_MakesTheMatricesOnce()
    {
        var made = 0;
        using var making = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        _world.MakeFirstVersion = async (_, cancellation) =>
        {
            Interlocked.Increment(ref made);
            making.Release();
            await go.WaitAsync(cancellation);
            return await _world.MatricesAsync();
        };

        var first = CreateAsync("acme", "one", "a", null);
        await making.WaitAsync(Cancellation);
        var second = CreateAsync("acme", "one", "a", null);
        go.Release(2);

        Assert.Equal((await first).Name, (await second).Name);
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task Request_ManyTimesAtOnce_ActsOnce()
    {
        var pool = await _world.PoolAsync("acme", "p1");

        var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(
            () => _world.Tasks.RegisterAsync(By("acme", "one"), Name("acme", "t"), pool, null, Full, [], Cancellation),
            Cancellation)));

        Assert.Single(replies.Select(CatalogJson.Write).Distinct());
    }

    private Task<PoolSnapshot> CreateAsync(string tenant, string requestId, string content, string? pool) =>
        _world.Pools.CreateAsync(By(tenant, requestId, content), pool, Gaussian, PoolSharing.Private, Cancellation);
}
