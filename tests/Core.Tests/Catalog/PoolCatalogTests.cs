using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

public class PoolCatalogTests : IDisposable
{
    private readonly TestWorld _world;

    public PoolCatalogTests()
        : this(Create())
    {
    }

    private protected PoolCatalogTests(TestWorld world) => _world = world;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _world.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Create_Pool_HasVersionOneOfItsOwner()
    {
        var matrices = await _world.MatricesAsync();
        _world.MakeFirstVersion = (_, _) => Task.FromResult(matrices);

        var pool = await _world.Pools.CreateAsync(By("acme"), "p1", Pissa, PoolSharing.Private, Cancellation);

        Assert.Equal("pools/p1", pool.Name.ToString());
        Assert.Equal("acme", pool.Owner.Value);
        Assert.Equal(Base, pool.BaseModel);
        Assert.Equal(1, pool.CurrentVersion);
        Assert.Equal(CatalogJson.Write(Pissa), CatalogJson.Write(pool.Spec));
        Assert.Equal(CatalogJson.Write(pool), CatalogJson.Write(await _world.Pools.GetAsync(Tenant("acme"), pool.Name, Cancellation)));
        var version = Assert.Single((await _world.Pools.ListVersionsAsync(Tenant("acme"), pool.Name, new PageRequest(), Cancellation)).Items);
        Assert.Equal((1, null, "acme", matrices, true), (version.Number, version.Parent, version.Maker.Value, version.Artifact, version.Current));
    }

    [Fact]
    public async Task Create_WithoutAnId_MakesOneUp()
    {
        var first = await _world.Pools.CreateAsync(By("acme"), null, Gaussian, PoolSharing.Private, Cancellation);
        var second = await _world.Pools.CreateAsync(By("acme"), null, Gaussian, PoolSharing.Private, Cancellation);

        Assert.NotEqual(first.Name, second.Name);
        Assert.Equal(first.Name, PoolName.Parse(first.Name.ToString()));
    }

    [Fact]
    public async Task Create_NameTakenByAnother_IsRefusedBeforeMatricesAreMade()
    {
        await _world.PoolAsync("acme", "p1");
        _world.MakeFirstVersion = (_, _) => throw new InvalidOperationException("made for nothing");

        await Assert.ThrowsAsync<AlreadyExistsRejection>(() => _world.PoolAsync("globex", "p1"));
    }

    [Fact]
    public async Task Create_NameTakenWhileMatricesAreMade_IsRefusedAndTheirFileRemoved()
    {
        var make = _world.MakeFirstVersion;
        _world.MakeFirstVersion = async (spec, cancellation) =>
        {
            _world.MakeFirstVersion = make;
            await _world.PoolAsync("globex", "p1");
            return await make(spec, cancellation);
        };

        await Assert.ThrowsAsync<AlreadyExistsRejection>(() => _world.PoolAsync("acme", "p1"));

        Assert.Equal("globex", (await _world.Pools.GetAsync(Tenant("globex"), new PoolName("p1"), Cancellation)).Owner.Value);
        Assert.Single(_world.Files());
    }

    [Fact]
    public async Task Create_WrongInput_NamesItAndReservesNothing()
    {
        var spec = await Assert.ThrowsAsync<InvalidArgumentRejection>(() => _world.PoolAsync("acme", "p1", spec: Gaussian with { M = 65 }));
        Assert.Equal("spec.m", Assert.Single(spec.Violations).Field);
        var sharing = await Assert.ThrowsAsync<InvalidArgumentRejection>(() => _world.PoolAsync("acme", "p1", PoolSharing.Shared()));
        Assert.Equal("sharing.tenants", Assert.Single(sharing.Violations).Field);
        var id = await Assert.ThrowsAsync<InvalidArgumentRejection>(() => _world.PoolAsync("acme", "P 1"));
        Assert.Equal("pool_id", Assert.Single(id.Violations).Field);
        var make = _world.MakeFirstVersion;
        _world.MakeFirstVersion = (_, _) => throw new UnsupportedRejection("the model has no such target");
        await Assert.ThrowsAsync<UnsupportedRejection>(() => _world.PoolAsync("acme", "p1"));

        Assert.Empty(await NamesAsync("acme"));
        _world.MakeFirstVersion = make;
        await _world.PoolAsync("acme", "p1");
    }

    [Fact]
    public async Task Get_PoolThatIsNotShared_IsNotFoundForOthers()
    {
        var own = await _world.PoolAsync("acme", "own");
        var shared = await _world.PoolAsync("acme", "shared", PoolSharing.Shared(Tenant("globex"), Tenant("initech")));
        var open = await _world.PoolAsync("acme", "open", PoolSharing.Public);

        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Pools.GetAsync(Tenant("globex"), own, Cancellation).AsTask());
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Pools.ListVersionsAsync(Tenant("globex"), own, new PageRequest(), Cancellation).AsTask());
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Pools.UpdateAsync(By("globex"), own, PoolSharing.Public, null, Cancellation));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Pools.DeleteAsync(By("globex"), own, Cancellation));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Pools.GetAsync(Tenant("umbrella"), shared, Cancellation).AsTask());
        Assert.Equal(PoolVisibility.Public, (await _world.Pools.GetAsync(Tenant("umbrella"), open, Cancellation)).Sharing.Visibility);
        Assert.Equal(["open", "own", "shared"], await NamesAsync("acme"));
        Assert.Equal(["open", "shared"], await NamesAsync("globex"));
        Assert.Equal(["open"], await NamesAsync("umbrella"));
    }

    [Fact]
    public async Task Get_SharedPool_NamesItsOtherTenantsToTheOwnerOnly()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Shared(Tenant("globex"), Tenant("initech")));

        Assert.Equal(["globex", "initech"], (await _world.Pools.GetAsync(Tenant("acme"), pool, Cancellation)).Sharing.Tenants.Select(tenant => tenant.Value));
        Assert.Equal(["globex"], (await _world.Pools.GetAsync(Tenant("globex"), pool, Cancellation)).Sharing.Tenants.Select(tenant => tenant.Value));
    }

    [Fact]
    public async Task Update_ByATenantThatMayUseIt_IsDenied()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);

        await Assert.ThrowsAsync<PermissionRejection>(() => _world.Pools.UpdateAsync(By("globex"), pool, PoolSharing.Private, null, Cancellation));
        await Assert.ThrowsAsync<PermissionRejection>(() => _world.Pools.DeleteAsync(By("globex"), pool, Cancellation));
    }

    [Fact]
    public async Task Update_SharingAndCurrentVersion_EachAloneOrTogether()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        await _world.PublishAsync(await _world.OpenAsync("acme", pool, [task]));

        var back = await _world.Pools.UpdateAsync(By("acme"), pool, null, 1, Cancellation);
        Assert.Equal((1, PoolVisibility.Private), (back.CurrentVersion, back.Sharing.Visibility));
        var shared = await _world.Pools.UpdateAsync(By("acme"), pool, PoolSharing.Shared(Tenant("globex")), null, Cancellation);
        Assert.Equal((1, PoolVisibility.Shared), (shared.CurrentVersion, shared.Sharing.Visibility));
        Assert.Equal(pool, (await _world.Pools.GetAsync(Tenant("globex"), pool, Cancellation)).Name);

        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Pools.UpdateAsync(By("acme"), pool, PoolSharing.Public, 9, Cancellation));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Pools.GetAsync(Tenant("umbrella"), pool, Cancellation).AsTask());
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => _world.Pools.UpdateAsync(By("acme"), pool, null, null, Cancellation));
    }

    [Fact]
    public async Task Delete_WithTasksAndSessionsAttached_SaysHowMany()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("acme", "t", pool);
        var other = await _world.TaskAsync("globex", "t", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);

        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(() => _world.Pools.DeleteAsync(By("acme"), pool, Cancellation));
        Assert.Contains("2 tasks and 1 open session", rejection.Message, StringComparison.Ordinal);

        await _world.CloseAsync(session);
        await _world.Tasks.DeleteAsync(By("acme"), task, Cancellation);
        await _world.Tasks.DeleteAsync(By("globex"), other, Cancellation);
        await _world.Pools.DeleteAsync(By("acme"), pool, Cancellation);
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Pools.GetAsync(Tenant("acme"), pool, Cancellation).AsTask());
        Assert.Empty(_world.Files());
    }

    [Fact]
    public async Task Versions_OfAPoolMadeAgain_HaveKeysOfTheirOwn()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var before = (await _world.Pools.ListVersionsAsync(Tenant("acme"), pool, new PageRequest(), Cancellation)).Items.Single().Key;
        await _world.Pools.DeleteAsync(By("acme"), pool, Cancellation);
        await _world.PoolAsync("acme", "p1");

        Assert.NotEqual(before, (await _world.Pools.ListVersionsAsync(Tenant("acme"), pool, new PageRequest(), Cancellation)).Items.Single().Key);
    }

    [Fact]
    public async Task List_InPages_GivesEachOnce()
    {
        foreach (var id in new[] { "c", "a", "e", "b", "d" })
        {
            await _world.PoolAsync("acme", id);
        }

        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await _world.Pools.ListAsync(Tenant("acme"), new PageRequest(2, token), Cancellation);
            Assert.InRange(page.Items.Count, 1, 2);
            names.AddRange(page.Items.Select(pool => pool.Name.Pool));
            token = page.NextToken;
        }
        while (token is not null);

        Assert.Equal(["a", "b", "c", "d", "e"], names);
    }

    [Theory]
    [InlineData(-1, null, "page_size")]
    [InlineData(2, "?", "page_token")]
    [InlineData(2, "YWJj", "page_token")]
    public async Task ListVersions_WrongPage_IsRefused(int size, string? token, string field)
    {
        var pool = await _world.PoolAsync("acme", "p1");

        var rejection = await Assert.ThrowsAsync<InvalidArgumentRejection>(
            () => _world.Pools.ListVersionsAsync(Tenant("acme"), pool, new PageRequest(size, token), Cancellation).AsTask());

        Assert.Equal(field, Assert.Single(rejection.Violations).Field);
    }

    [Fact]
    public async Task Use_UnderAnotherBaseModel_IsRefusedNamingBoth()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        await _world.OpenAsync("acme", pool, [task]);
        using var other = _world.Restart(new BaseModelIdentity("large", "cd34"));

        var rejections = new[]
        {
            await Assert.ThrowsAsync<PreconditionRejection>(() => other.ResolveAsync(task)),
            await Assert.ThrowsAsync<PreconditionRejection>(() => other.TaskAsync("acme", "u", pool)),
            await Assert.ThrowsAsync<PreconditionRejection>(() => other.OpenAsync("acme", pool, [task])),
        };

        Assert.All(rejections, rejection => Assert.Contains("'tiny' (SHA-256 ab12)", rejection.Message, StringComparison.Ordinal));
        Assert.All(rejections, rejection => Assert.Contains("'large' (SHA-256 cd34)", rejection.Message, StringComparison.Ordinal));
        Assert.Empty(await other.Sessions.ListOpenAsync(Cancellation));
        Assert.Equal("tiny", (await other.Pools.GetAsync(Tenant("acme"), pool, Cancellation)).BaseModel.Name);
    }

    [Fact]
    public async Task Create_CancelledWhileMatricesAreMade_LeavesNothing()
    {
        using var impatient = new CancellationTokenSource();
        _world.MakeFirstVersion = async (_, cancellation) =>
        {
            await impatient.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
            throw new InvalidOperationException("not reached");
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _world.Pools.CreateAsync(By("acme"), "p1", Gaussian, PoolSharing.Private, impatient.Token));

        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Pools.GetAsync(Tenant("acme"), new PoolName("p1"), Cancellation).AsTask());
    }

    private async Task<IEnumerable<string>> NamesAsync(string tenant) =>
        (await _world.Pools.ListAsync(Tenant(tenant), new PageRequest(), Cancellation)).Items.Select(pool => pool.Name.Pool);
}
