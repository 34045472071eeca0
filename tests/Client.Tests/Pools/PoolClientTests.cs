using System.Collections.Concurrent;
using CoLA.Client.Tests.Fakes;
using CoLA.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace CoLA.Client.Tests.Pools;

public sealed class PoolClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_WithoutRequestId_MakesOneForEachIntentAndKeepsItAcrossAttempts()
    {
        var seen = new ConcurrentQueue<string>();
        var answers = new FakeAnswers
        {
            CreatePool = (request, _) =>
            {
                seen.Enqueue(request.RequestId);
                return seen.Count == 1 ? throw new RpcException(new(StatusCode.Unavailable, "")) : new Pool();
            },
        };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();
        var request = new CreatePoolRequest { PoolId = "p" };

        await client.Pools.CreateAsync(request, cancellationToken: Token);
        await client.Pools.CreateAsync(request, cancellationToken: Token);

        Assert.Empty(request.RequestId);
        var ids = seen.ToArray();
        Assert.Equal(3, ids.Length);
        Assert.NotEmpty(ids[0]);
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[1], ids[2]);
    }

    [Fact]
    public async Task Create_WithRequestId_KeepsIt()
    {
        var seen = "";
        await using var server = await FakeServer.StartAsync(new FakeAnswers
        {
            CreatePool = (request, _) =>
            {
                seen = request.RequestId;
                return new Pool();
            },
        });
        using var client = server.Client();

        await client.Pools.CreateAsync(new CreatePoolRequest { RequestId = "mine" }, cancellationToken: Token);

        Assert.Equal("mine", seen);
    }

    [Fact]
    public async Task Get_AsTwoTenants_NamesEach()
    {
        await using var server = await FakeServer.StartAsync(new FakeAnswers
        {
            GetPool = (_, context) => Task.FromResult(new Pool { Owner = context.RequestHeaders.GetValue("cola-tenant") }),
        });
        using var client = server.Client();
        using var other = client.As("other");

        Assert.Equal("acme", (await client.Pools.GetAsync("pools/p", cancellationToken: Token)).Owner);
        Assert.Equal("other", (await other.Pools.GetAsync("pools/p", cancellationToken: Token)).Owner);
        Assert.Throws<ArgumentException>(() => client.As("Not An Id"));
    }

    [Fact]
    public async Task Create_Refused_SaysWhatAndWhen()
    {
        var status = new Google.Rpc.Status
        {
            Code = (int)Code.ResourceExhausted,
            Message = "full",
            Details =
            {
                Any.Pack(
                    new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = "spec.rank", Description = "0 is not in 1..256" } } }),
                Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(3)) }),
            },
        };
        var answers = new FakeAnswers { CreatePool = (_, _) => throw status.ToRpcException() };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();

        var exception = await Assert.ThrowsAsync<ColaException>(() => client.Pools.CreateAsync(new CreatePoolRequest(), cancellationToken: Token));

        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        Assert.Equal("full", exception.Message);
        Assert.Equal([new FieldViolation("spec.rank", "0 is not in 1..256")], exception.FieldViolations);
        Assert.Equal(TimeSpan.FromSeconds(3), exception.RetryAfter);
        Assert.Single(answers.Calls);
    }

    [Fact]
    public async Task Get_ServerStaysUnavailable_GivesUpAfterTheAttemptsThatWereAllowed()
    {
        var answers = new FakeAnswers { GetPool = (_, _) => throw new RpcException(new(StatusCode.Unavailable, "starting")) };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client(options => options.Retry.MaximumAttempts = 7);

        var exception = await Assert.ThrowsAsync<ColaException>(() => client.Pools.GetAsync("pools/p", cancellationToken: Token));

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Equal(7, answers.Calls.Count);
    }

    [Fact]
    public async Task Get_PastItsDeadline_IsDeadlineExceeded()
    {
        var answers = new FakeAnswers
        {
            GetPool = async (_, context) =>
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return new Pool();
            },
        };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();

        var exception = await Assert.ThrowsAsync<ColaException>(
            () => client.Pools.GetAsync("pools/p", TimeSpan.FromMilliseconds(50), Token));

        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
    }

    [Fact]
    public async Task Get_CancelledByTheCaller_IsOperationCanceled()
    {
        using var cancellation = new CancellationTokenSource();
        var answers = new FakeAnswers
        {
            GetPool = async (_, context) =>
            {
                await cancellation.CancelAsync();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return new Pool();
            },
        };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.Pools.GetAsync("pools/p", cancellationToken: cancellation.Token));

        Assert.Equal(cancellation.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task List_OverPages_GivesEveryItemOnce()
    {
        var answers = new FakeAnswers
        {
            ListPools = request => request.PageToken switch
            {
                "" => new ListPoolsResponse { Pools = { new Pool { Name = "a" }, new Pool { Name = "b" } }, NextPageToken = "2" },
                "2" => new ListPoolsResponse { Pools = { new Pool { Name = "c" } } },
                _ => throw new RpcException(new(StatusCode.InvalidArgument, "page_token")),
            },
        };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();

        var pools = await client.Pools.ListAsync(Token).Select(pool => pool.Name).ToListAsync(Token);

        Assert.Equal(["a", "b", "c"], pools);
    }
}
