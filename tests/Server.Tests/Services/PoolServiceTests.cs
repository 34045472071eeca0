using CoLA.Client;
using CoLA.Server.Tests.Fakes;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Server.Tests.Services;

public sealed class PoolServiceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreatePool_NothingSaid_FillsInTheDefaults()
    {
        var pool = await server.Acme.Pools.CreateAsync(new CreatePoolRequest { PoolId = "defaults" }, cancellationToken: Token);

        Assert.Equal("pools/defaults", pool.Name);
        Assert.Equal("acme", pool.Owner);
        Assert.Equal(
            new PoolSpec
            {
                Targets = { Target.Q, Target.K, Target.V, Target.O, Target.Gate, Target.Up, Target.Down },
                M = 1,
                Rank = 8,
                Alpha = 16,
                Initialisation = Initialisation.Gaussian,
            },
            pool.Spec);
        Assert.Equal(Visibility.Private, pool.Sharing.Visibility);
        Assert.Equal("pools/defaults/versions/1", pool.CurrentVersion);
        Assert.Equal(64, pool.BaseModel.Sha256.Length);
        Assert.Equal(pool, await server.Acme.Pools.GetAsync(pool.Name, cancellationToken: Token));
        var version = Assert.Single(await server.Acme.Pools.ListVersionsAsync(pool.Name, Token).ToListAsync(Token));
        Assert.Equal(("pools/defaults/versions/1", "", "acme", true), (version.Name, version.Parent, version.Maker, version.Current));
        Assert.True(version.Bytes > 0);
    }

    [Fact]
    public async Task CreatePool_EverySetting_ComesBackAsItWasAsked()
    {
        var spec = new PoolSpec
        {
            Targets = { Target.Down, Target.Q },
            M = 2,
            Rank = 3,
            Alpha = 1.5,
            Initialisation = Initialisation.PissaSlices,
            SvdIterations = 4,
            Seed = -7,
            RankStabilized = true,
        };

        var pool = await server.Acme.Pools.CreateAsync(
            new CreatePoolRequest { Spec = spec, Sharing = new Sharing { Visibility = Visibility.Shared, Tenants = { "other" } } },
            cancellationToken: Token);

        Assert.Equal(spec, pool.Spec);
        Assert.Equal(new Sharing { Visibility = Visibility.Shared, Tenants = { "other" } }, pool.Sharing);
    }

    [Fact]
    public async Task CreatePool_SentTwice_ActsOnce()
    {
        var request = new CreatePoolRequest { Spec = new PoolSpec { Rank = 2 }, RequestId = Guid.NewGuid().ToString() };

        var first = await server.Acme.Pools.CreateAsync(request, cancellationToken: Token);
        var second = await server.Acme.Pools.CreateAsync(request, cancellationToken: Token);
        request.Spec.Rank = 3;
        var third = await Assert.ThrowsAsync<ColaException>(() => server.Acme.Pools.CreateAsync(request, cancellationToken: Token));

        Assert.Equal(first, second);
        Assert.Equal(StatusCode.InvalidArgument, third.StatusCode);
        Assert.Equal("request_id", Assert.Single(third.FieldViolations).Field);
    }

    [Fact]
    public async Task Pool_OfAnotherTenant_IsSeenOnlyWhenSharedAndChangedOnlyByItsOwner()
    {
        using var other = server.As("other");
        var pool = await ServerFixture.CreatePool(server.Acme);

        var hidden = await Assert.ThrowsAsync<ColaException>(() => other.Pools.GetAsync(pool.Name, cancellationToken: Token));
        await server.Acme.Pools.UpdateAsync(
            new UpdatePoolRequest { Name = pool.Name, Sharing = new Sharing { Visibility = Visibility.Shared, Tenants = { "other", "third" } } },
            cancellationToken: Token);
        var seen = await other.Pools.GetAsync(pool.Name, cancellationToken: Token);
        var listed = await other.Pools.ListAsync(Token).Select(listed => listed.Name).ToListAsync(Token);
        var update = await Assert.ThrowsAsync<ColaException>(() => other.Pools.UpdateAsync(
            new UpdatePoolRequest { Name = pool.Name, Sharing = ServerFixture.Public() }, cancellationToken: Token));
        var delete = await Assert.ThrowsAsync<ColaException>(
            () => other.Pools.DeleteAsync(new DeletePoolRequest { Name = pool.Name }, cancellationToken: Token));

        Assert.Equal(StatusCode.NotFound, hidden.StatusCode);
        Assert.Equal(["other"], seen.Sharing.Tenants);
        Assert.Contains(pool.Name, listed);
        Assert.Equal(StatusCode.PermissionDenied, update.StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, delete.StatusCode);
    }

    [Fact]
    public async Task DeletePool_WithATask_IsRefusedUntilTheTaskIsGone()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "short-lived");
        var request = new DeletePoolRequest { Name = pool.Name };

        var refused = await Assert.ThrowsAsync<ColaException>(() => server.Acme.Pools.DeleteAsync(request, cancellationToken: Token));
        await server.Acme.Tasks.DeleteAsync(new DeleteTaskRequest { Name = task.Name }, cancellationToken: Token);
        await server.Acme.Pools.DeleteAsync(request, cancellationToken: Token);
        var gone = await Assert.ThrowsAsync<ColaException>(() => server.Acme.Pools.GetAsync(pool.Name, cancellationToken: Token));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Equal(StatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task ListPools_InPages_GivesEachOnce()
    {
        using var owner = server.As("owner-of-five");
        var made = new List<string>();
        for (var count = 0; count < 5; count++)
        {
            made.Add((await ServerFixture.CreatePool(owner)).Name);
        }

        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(server.Address);
        var service = new PoolService.PoolServiceClient(channel);
        var listed = new List<string>();
        var pages = 0;
        var token = "";
        do
        {
            var page = await service.ListPoolsAsync(
                new ListPoolsRequest { PageSize = 2, PageToken = token },
                new Metadata { { "cola-tenant", "owner-of-five" } },
                cancellationToken: Token);
            listed.AddRange(page.Pools.Where(pool => pool.Owner == "owner-of-five").Select(pool => pool.Name));
            token = page.NextPageToken;
            pages++;
        }
        while (token.Length > 0);

        Assert.True(pages >= 3);
        Assert.Equal(made.Order(), listed.Order());
    }
}
