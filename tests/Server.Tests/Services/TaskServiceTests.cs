using CoLA.Client;
using CoLA.Server.Tests.Fakes;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Server.Tests.Services;

public sealed class TaskServiceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Strategy.Lora, 1, 1)]
    [InlineData(Strategy.Full, 2, 3)]
    [InlineData(Strategy.Heuristic, 2, 3)]
    [InlineData(Strategy.HeuristicBalanced, 2, 3)]
    [InlineData(Strategy.Random, 2, 3)]
    [InlineData(Strategy.RandomReversed, 2, 3)]
    [InlineData(Strategy.MoeLora, 2, 2)]
    [InlineData(Strategy.HydraLora, 1, 3)]
    [InlineData(Strategy.Colora, 2, 3)]
    [InlineData(Strategy.Adalora, 1, 1)]
    public async Task RegisterTask_EveryStrategy_ComesBackAsItWasAskedAndIsServed(Strategy strategy, int m, int n)
    {
        var pool = await ServerFixture.CreatePool(server.Acme, spec: new PoolSpec { M = m, Rank = 2, SharedHead = strategy == Strategy.Colora });
        var spec = new TaskSpec { Strategy = strategy, N = n, Seed = 5 };
        var id = $"s-{(int)strategy}";

        var reply = await server.Acme.Tasks.RegisterAsync(new RegisterTaskRequest { TaskId = id, Pool = pool.Name, Spec = spec }, cancellationToken: Token);

        Assert.Equal($"tenants/acme/tasks/{id}", reply.Task.Name);
        Assert.Equal(spec, reply.Task.Spec);
        Assert.Equal($"{reply.Task.Name}/versions/1", reply.Task.ServedVersion);
        Assert.Empty(reply.Notes);
        var version = Assert.Single(await server.Acme.Tasks.ListVersionsAsync(reply.Task.Name, Token).ToListAsync(Token));
        Assert.Equal(
            (reply.Task.ServedVersion, pool.CurrentVersion, "acme", false, true),
            (version.Name, version.PoolVersion, version.Maker, version.Trained, version.Served));
    }

    [Fact]
    public async Task RegisterTask_PissaWithSeveralA_SaysWhatItsRankIs()
    {
        var pool = await ServerFixture.CreatePool(server.Acme, spec: new PoolSpec { M = 2, Rank = 2, Initialisation = Initialisation.Pissa });

        var reply = await server.Acme.Tasks.RegisterAsync(
            new RegisterTaskRequest { TaskId = "noted", Pool = pool.Name, Spec = new TaskSpec { Strategy = Strategy.Full } }, cancellationToken: Token);

        Assert.Contains("PISSA_SLICES", Assert.Single(reply.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_WithoutGrant_IsNotFoundForEveryCallOfAnotherTenant()
    {
        using var other = server.As("stranger");
        var pool = await ServerFixture.CreatePool(server.Acme, ServerFixture.Public());
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "mine-alone");

        Func<Task>[] calls =
        [
            () => other.Tasks.GetAsync(task.Name, cancellationToken: Token),
            () => other.Tasks.UpdateAsync(new UpdateTaskRequest { Name = task.Name, Grants = new GrantList() }, cancellationToken: Token),
            () => other.Tasks.ListVersionsAsync(task.Name, Token).ToListAsync(Token).AsTask(),
            () => other.Tasks.SetServedVersionAsync(new SetServedVersionRequest { Version = task.ServedVersion }, cancellationToken: Token),
            () => other.Tasks.DeleteAsync(new DeleteTaskRequest { Name = task.Name }, cancellationToken: Token),
            () => other.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token),
            () => other.Inference.GenerateAsync(Examples.Row(Examples.Task(task)), cancellationToken: Token).ToListAsync(Token).AsTask(),
        ];
        foreach (var call in calls)
        {
            var exception = await Assert.ThrowsAsync<ColaException>(call);
            Assert.Equal(StatusCode.NotFound, exception.StatusCode);
            Assert.Contains(task.Name, exception.Message, StringComparison.Ordinal);
        }

        Assert.Empty(await other.Tasks.ListAsync(cancellationToken: Token).ToListAsync(Token));
    }

    [Fact]
    public async Task UpdateTask_GrantsAndRevokes_OpensAndClosesEachDoor()
    {
        using var friend = server.As("friend");
        var pool = await ServerFixture.CreatePool(server.Acme, ServerFixture.Public());
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "granted", ServerFixture.Grant(friend, Permission.Generate));

        var seen = await friend.Tasks.GetAsync(task.Name, cancellationToken: Token);
        await friend.Inference.GenerateAsync(Examples.Row(Examples.Task(task)), cancellationToken: Token).ToListAsync(Token);
        var train = await Assert.ThrowsAsync<ColaException>(() => friend.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token));
        var publish = await Assert.ThrowsAsync<ColaException>(() => friend.Tasks.SetServedVersionAsync(
            new SetServedVersionRequest { Version = task.ServedVersion }, cancellationToken: Token));
        var revoked = await server.Acme.Tasks.UpdateAsync(new UpdateTaskRequest { Name = task.Name, Grants = new GrantList() }, cancellationToken: Token);
        var hidden = await Assert.ThrowsAsync<ColaException>(() => friend.Tasks.GetAsync(task.Name, cancellationToken: Token));

        Assert.Equal([ServerFixture.Grant(friend, Permission.Generate)], seen.Grants);
        Assert.Equal(StatusCode.PermissionDenied, train.StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, publish.StatusCode);
        Assert.Empty(revoked.Grants);
        Assert.Equal(StatusCode.NotFound, hidden.StatusCode);
    }

    [Fact]
    public async Task FindSimilar_LentTask_IsRankedAndStartedFrom()
    {
        using var newcomer = server.As("newcomer");
        var pool = await ServerFixture.CreatePool(server.Acme, ServerFixture.Public());
        var lender = await ServerFixture.RegisterTask(server.Acme, pool, "lender", ServerFixture.Grant(newcomer, Permission.Lend));
        await using (var session = await server.Acme.Training.OpenAsync(Examples.Session(pool, lender), cancellationToken: Token))
        {
            for (var step = 0; step < 5; step++)
            {
                await session.StepAsync([Examples.Of(lender, "ab", "cc")], cancellationToken: Token);
            }

            await session.PublishAsync(cancellationToken: Token);
        }

        Example[] examples = [new Example { Completion = new CompletionExample { Prompt = "ab", Completion = "cc" } }];
        var found = await newcomer.Tasks.FindSimilarAsync(new FindSimilarRequest { Pool = pool.Name, Examples = { examples } }, cancellationToken: Token);
        var named = await newcomer.Tasks.RegisterAsync(
            new RegisterTaskRequest { TaskId = "named", Pool = pool.Name, From = lender.Name }, cancellationToken: Token);
        var similar = await newcomer.Tasks.RegisterAsync(
            new RegisterTaskRequest
            {
                TaskId = "similar",
                Pool = pool.Name,
                MostSimilarTo = new MostSimilar { Examples = { examples } },
            }, cancellationToken: Token);

        Assert.Equal($"{lender.Name}/versions/2", found.Best);
        Assert.Equal([lender.Name, ""], found.Ranking.Select(ranked => ranked.Task));
        Assert.True(found.Ranking[0].Loss < found.Ranking[1].Loss);
        foreach (var task in (TenantTask[])[named.Task, similar.Task])
        {
            Assert.Equal((found.Best, lender.Spec.Strategy, lender.Spec.N), (task.StartedFrom, task.Spec.Strategy, task.Spec.N));
            var version = Assert.Single(await newcomer.Tasks.ListVersionsAsync(task.Name, Token).ToListAsync(Token));
            Assert.Equal((found.Best, true), (version.StartedFrom, version.Trained));
        }

        var withTask = examples[0].Clone();
        withTask.Task = lender.Name;
        var refused = await Assert.ThrowsAsync<ColaException>(
            () => newcomer.Tasks.FindSimilarAsync(new FindSimilarRequest { Pool = pool.Name, Examples = { withTask } }, cancellationToken: Token));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task DeleteTask_Own_IsGoneAndItsNameFree()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "again");

        var taken = await Assert.ThrowsAsync<ColaException>(() => ServerFixture.RegisterTask(server.Acme, pool, "again"));
        await server.Acme.Tasks.DeleteAsync(new DeleteTaskRequest { Name = task.Name }, cancellationToken: Token);
        var again = await ServerFixture.RegisterTask(server.Acme, pool, "again");

        Assert.Equal(StatusCode.AlreadyExists, taken.StatusCode);
        Assert.Equal(task.Name, again.Name);
    }
}
