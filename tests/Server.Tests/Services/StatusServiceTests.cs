using CoLA.Client;
using CoLA.Core.Model;
using CoLA.Server.Tests.Fakes;
using CoLA.TestKit;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Server.Tests.Services;

public sealed class StatusServiceTests : IDisposable
{
    private const int Tokens = 8;

    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task GetStatus_NewServer_TellsTheModelAndIsIdle()
    {
        await using var server = await StartAsync();
        using var acme = Client(server);

        var status = await acme.Status.GetAsync(cancellationToken: Token);

        Assert.Equal(
            (Path.GetFileName(_model.Path), "cpu", "float32", RandomModel.ContextLength),
            (status.Model.Name, status.Model.Device, status.Model.Dtype, status.Model.ContextLength));
        Assert.Equal(64, status.Model.Sha256.Length);
        Assert.Equal("none", status.Model.Quantization);
        Assert.True(status.Model.Bytes > 0);
        Assert.Equal((0, 0, 0), (status.RunningRows, status.WaitingRows, status.KeyValues.UsedBytes));
        Assert.Equal(64L << 20, status.KeyValues.LimitBytes);
        Assert.Equal(new TokenCounts(), status.Tokens);
        Assert.Equal(new AdapterStatus(), status.Adapters);
        Assert.Empty(status.Accounts);
        Assert.Equal(status.BatchRows.Bounds.Count + 1, status.BatchRows.Counts.Count);
    }

    [Fact]
    public async Task GetStatus_QuantisedBase_SaysSoAndTrainsAndServes()
    {
        await using var server = await StartAsync(quantization: Quantization.Int4);
        using var acme = Client(server);
        var pool = await ServerFixture.CreatePool(acme);
        var task = await ServerFixture.RegisterTask(acme, pool, "shout");
        await using var session = await acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);

        await session.StepAsync([Examples.Of(task, "ab", "cd")], cancellationToken: Token);
        await session.PublishAsync(cancellationToken: Token);
        var answer = await acme.Inference.CompleteBatchAsync([Examples.Row(Examples.Task(task))], cancellationToken: Token);

        Assert.NotEmpty(answer[0].Tokens);
        Assert.Equal("int4", (await acme.Status.GetAsync(cancellationToken: Token)).Model.Quantization);
    }

    [Fact]
    public async Task GetStatus_AfterWork_CountsWhatWasDone()
    {
        await using var server = await StartAsync();
        using var acme = Client(server);
        var pool = await ServerFixture.CreatePool(acme);
        var task = await ServerFixture.RegisterTask(acme, pool, "shout");
        await using (var session = await acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token))
        {
            await session.StepAsync([Examples.Of(task, "ab", "cd")], cancellationToken: Token);
            await session.PublishAsync(cancellationToken: Token);
        }

        var longEnoughToBeFound = new string('a', 40);
        for (var time = 0; time < 2; time++)
        {
            await acme.Inference.CompleteBatchAsync(
                [Examples.Row(Examples.Task(task)), Examples.Row(Examples.Base(), longEnoughToBeFound)], cancellationToken: Token);
        }

        var status = await acme.Status.GetAsync(cancellationToken: Token);

        Assert.Equal((1, 1, 0), (status.Adapters.Resident, status.Adapters.Loads, status.Adapters.Evictions));
        Assert.Equal((1, 32), (status.KeyValues.PrefixHits, status.KeyValues.PrefixTokens));
        Assert.Equal(4 * Tokens, status.Tokens.Decode);
        Assert.Equal(4, status.TimeToFirstToken.Counts.Sum());
        Assert.Equal(4, status.TimePerOutputToken.Counts.Sum());
        Assert.True(status.TimeToFirstToken.Sum > 0);
        Assert.True(status.BatchRows.Sum > status.BatchRows.Counts.Sum());
        Assert.Equal(["", task.Name], status.Accounts.Select(account => account.Task));
        Assert.Equal(["acme"], status.Accounts.Select(account => account.Tenant).Distinct());
        Assert.Equal(TokenAccount.SourceOneofCase.Base, status.Accounts[0].SourceCase);
        Assert.Equal((2 * Tokens, 2 * "abc".Length, 5), (status.Accounts[1].Tokens.Decode, status.Accounts[1].Tokens.Prefill, status.Accounts[1].Tokens.Train));
    }

    [Fact]
    public async Task GetStatus_OfSeveralTenants_NamesThemToTheOperatorAlone()
    {
        await using var server = await StartAsync(operatorTenant: "ops");
        using var acme = Client(server);
        using var ops = acme.As("ops");
        using var globex = acme.As("globex");
        await acme.Inference.CompleteBatchAsync([Examples.Row(Examples.Base())], cancellationToken: Token);
        await globex.Inference.CompleteBatchAsync([Examples.Row(Examples.Base())], cancellationToken: Token);

        var ofAcme = await acme.Status.GetAsync(cancellationToken: Token);
        var ofOps = await ops.Status.GetAsync(cancellationToken: Token);

        Assert.Equal(["acme"], ofAcme.Accounts.Select(account => account.Tenant));
        Assert.Equal(["acme", "globex"], ofOps.Accounts.Select(account => account.Tenant));
        Assert.Equal(2 * Tokens, ofAcme.Tokens.Decode);
    }

    [Fact]
    public async Task GetStatus_MoreTasksThanNames_CountsTheRestTogether()
    {
        await using var server = await StartAsync(names: 1);
        using var acme = Client(server);
        using var late = acme.As("late");
        var pool = await ServerFixture.CreatePool(acme);
        foreach (var id in (string[])["a", "b", "c"])
        {
            var task = await ServerFixture.RegisterTask(acme, pool, id);
            await acme.Inference.CompleteBatchAsync([Examples.Row(Examples.Task(task))], cancellationToken: Token);
        }

        await late.Inference.CompleteBatchAsync([Examples.Row(Examples.Base())], cancellationToken: Token);

        var status = await acme.Status.GetAsync(cancellationToken: Token);

        Assert.Equal([TokenAccount.SourceOneofCase.None, TokenAccount.SourceOneofCase.Task], status.Accounts.Select(account => account.SourceCase).Order());
        Assert.Equal(2 * Tokens, status.Accounts.Single(account => account.SourceCase == TokenAccount.SourceOneofCase.None).Tokens.Decode);
        Assert.Empty((await late.Status.GetAsync(cancellationToken: Token)).Accounts);
    }

    [Fact]
    public async Task WatchStatus_TwoMessages_AreAnIntervalApart()
    {
        await using var server = await StartAsync();
        using var acme = Client(server);

        var seen = await acme.Status.WatchAsync(TimeSpan.FromSeconds(0.1), Token).Take(2).ToListAsync(Token);

        Assert.InRange((seen[1].Uptime.ToTimeSpan() - seen[0].Uptime.ToTimeSpan()).TotalSeconds, 0.05, 60);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.09)]
    [InlineData(3601)]
    public async Task WatchStatus_IntervalOutOfRange_IsRefused(double seconds)
    {
        await using var server = await StartAsync();
        using var acme = Client(server);

        var refused = await Assert.ThrowsAsync<ColaException>(async () => await acme.Status.WatchAsync(TimeSpan.FromSeconds(seconds), Token).FirstAsync(Token));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Equal("interval", Assert.Single(refused.FieldViolations).Field);
    }

    [Fact]
    public async Task WatchStatus_ServerStops_Ends()
    {
        await using var server = await StartAsync();
        using var acme = Client(server);
        await using var watch = acme.Status.WatchAsync(TimeSpan.FromHours(1), Token).GetAsyncEnumerator(Token);
        Assert.True(await watch.MoveNextAsync());

        var next = watch.MoveNextAsync();
        await server.DisposeAsync();

        var ended = await Assert.ThrowsAsync<ColaException>(async () => await next);
        Assert.Equal(StatusCode.FailedPrecondition, ended.StatusCode);
        Assert.Contains("stopping", ended.Message, StringComparison.Ordinal);
    }

    private static ColaClient Client(ColaServer server) => new(new ColaClientOptions { Address = server.Address, Tenant = "acme" });

    private Task<ColaServer> StartAsync(string? operatorTenant = null, int names = 100, Quantization quantization = Quantization.None) => ColaServer.StartAsync(
        options =>
        {
            options.Model.Path = RandomModel.Write(_model);
            options.DataDirectory = _data.Path;
            options.Model.Device = "cpu";
            options.Port = 0;
            options.Model.Threads = 1;
            options.Engine.KeyValueMemory = 64L << 20;
            options.Operator = operatorTenant;
            options.Metrics.Names = names;
            options.Model.Quantization = quantization;
        },
        cancellationToken: Token);
}
