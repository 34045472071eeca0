using System.Diagnostics;
using CoLA.Client;
using CoLA.Functional.Tests.Processes;
using CoLA.TestKit;
using Grpc.Core;

namespace CoLA.Functional.Tests.Durability;

/// <summary>An acknowledged call survives the server's sudden death, whatever the server was doing.</summary>
public sealed class KillTests : IDisposable
{
    private const int Seed = 20;
    private const int Kills = 20;
    private const int MostCallsBetweenKills = 7;

    /// <summary>Past any number that a session reaches: the refusal names the next.</summary>
    private const long FarSequence = 1_000_000;

    private const double ScoreTolerance = 1e-6;

    /// <summary>Between a working copy and its published version, which is served folded.</summary>
    private const double FoldingTolerance = 1e-4;

    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();
    private readonly Random _random = new(Seed);

    /// <summary>How long the last acknowledged call of each kind took.</summary>
    private readonly Dictionary<string, TimeSpan> _durations = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Server_KilledAtRandomPoints_KeepsWhatItAcknowledged()
    {
        RandomModel.Write(_model);
        var tenant = new TenantAtWork(Token);
        var killedDuring = new HashSet<string>();
        var server = await StartAsync();
        try
        {
            await server.Acme.Pools.CreateAsync(Requests.Pool(TenantAtWork.Pool.Split('/')[1]), cancellationToken: Token);
            using var work = tenant.Work().GetEnumerator();
            for (var kill = 1; kill <= Kills; kill++)
            {
                for (var calls = _random.Next(MostCallsBetweenKills); calls > 0; calls--)
                {
                    work.MoveNext();
                    await ActAsync(server.Acme, work.Current);
                }

                work.MoveNext();
                var operation = work.Current;
                var moment = DrawMoment(operation);
                killedDuring.Add(operation.Kind);
                var acknowledged = await KillDuringAsync(server, operation, moment.IsReached);
                TestContext.Current.TestOutputHelper?.WriteLine(
                    $"kill {kill} of seed {Seed}: {operation.Kind}, {(acknowledged is null ? "unanswered" : "answered")}, at {moment.Name}");
                await server.DisposeAsync();

                server = await StartAsync();
                var published = await IsPublishedAsync(server.Acme, tenant, operation);
                var live = tenant.Session?.Live;
                await CheckSessionAsync(server.Acme, tenant, operation, acknowledged is not null);
                await RetryAsync(server.Acme, tenant, operation, acknowledged);
                if (operation.Kind == "Publish")
                {
                    var version = tenant.Served[tenant.Session!.Task];
                    var trained = published ? live! : tenant.Session.Live;
                    Assert.Equal(trained.LogProbability, tenant.Tasks[tenant.Session.Task][version], FoldingTolerance);
                }

                await CheckAsync(server.Acme, tenant);
            }
        }
        finally
        {
            await server.DisposeAsync();
        }

        Assert.Superset(new HashSet<string> { "RegisterTask", "TrainStep", "SaveState", "Publish" }, killedDuring);
    }

    private async Task ActAsync(ColaClient client, Operation operation)
    {
        var start = Stopwatch.GetTimestamp();
        var reply = await operation.Send(client);
        _durations[operation.Kind] = Stopwatch.GetElapsedTime(start);
        await operation.Acknowledge(client, reply);
    }

    /// <summary>
    /// How far a call may come before the server dies. A drawn share of the time that the last call of its kind took falls
    /// anywhere in the work, however fast the machine is; the registry's log being written is the edge between a commit
    /// and its answer. A step commits nothing.
    /// </summary>
    private (string Name, Func<long, bool> IsReached) DrawMoment(Operation operation)
    {
        var share = _random.NextDouble();
        if (_random.Next(2) == 0 && operation.Kind != "TrainStep")
        {
            var log = _data.PathOf("cola.db-wal");
            var before = File.GetLastWriteTimeUtc(log);
            return ("its commit", _ => File.GetLastWriteTimeUtc(log) != before);
        }

        var time = _durations.GetValueOrDefault(operation.Kind, TimeSpan.FromMilliseconds(10)) * share;
        return ($"{share:0.00} of its time", start => Stopwatch.GetElapsedTime(start) >= time);
    }

    /// <summary>Kills the server at that moment of the call. Returns the reply if the call was faster.</summary>
    private static async Task<object?> KillDuringAsync(ServerProcess server, Operation operation, Func<long, bool> isReached)
    {
        var start = Stopwatch.GetTimestamp();
        var call = operation.Send(server.Acme);
        while (!call.IsCompleted && !isReached(start))
        {
            await Task.Yield();
        }

        await server.KillAsync();
        try
        {
            return await call;
        }
        catch (ColaException lost) when (lost.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled)
        {
            return null;
        }
    }

    private static async Task<bool> IsPublishedAsync(ColaClient client, TenantAtWork tenant, Operation operation) =>
        operation.Kind == "Publish"
        && await client.Tasks.ListVersionsAsync(tenant.Session!.Task, Token).CountAsync(Token) > tenant.Tasks[tenant.Session.Task].Count;

    /// <summary>
    /// The session stands at its last saved state, be it one whose call was not answered any more, and keeps the reply to
    /// the last step in it.
    /// </summary>
    private static async Task CheckSessionAsync(ColaClient client, TenantAtWork tenant, Operation operation, bool acknowledged)
    {
        if (tenant.Session is not { } session)
        {
            return;
        }

        var refused = await Assert.ThrowsAsync<ColaException>(() => StepAsync(FarSequence));
        if (operation.Kind == "CloseSession" && (acknowledged || refused.StatusCode == StatusCode.NotFound))
        {
            Assert.Equal(StatusCode.NotFound, refused.StatusCode);
            return;
        }

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        SessionPoint[] possible = operation.Kind != "SaveState" ? [session.Saved] : acknowledged ? [session.Live] : [session.Saved, session.Live];
        var point = possible.FirstOrDefault(point => refused.Message.Contains($"sequence {point.Sequence + 1},", StringComparison.Ordinal));
        Assert.True(point is not null, $"{refused.Message}; saved {session.Saved.Sequence}, live {session.Live.Sequence}");
        Assert.Equal(point.LogProbability, await tenant.EvaluateAsync(client, session.Name, session.Task), ScoreTolerance);
        if (point.Reply is { } reply)
        {
            Assert.Equal(reply, await StepAsync(point.Sequence));
        }

        session.Saved = session.Live = point;

        async Task<object> StepAsync(long sequence) =>
            await tenant.Resume(client, sequence).StepAsync([Requests.Example(session.Task)], cancellationToken: Token);
    }

    /// <summary>Sent again, and again, the call that was cut short acts once; a step that builds on lost ones is refused.</summary>
    private static async Task RetryAsync(ColaClient client, TenantAtWork tenant, Operation operation, object? acknowledged)
    {
        if (operation.Sequence is { } sequence && sequence != tenant.Session!.Live.Sequence + 1)
        {
            var refused = await Assert.ThrowsAsync<ColaException>(() => operation.Send(client));
            Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
            return;
        }

        var reply = await operation.Send(client);
        Assert.Equal(reply, await operation.Send(client));
        Assert.Equal(acknowledged ?? reply, reply);
        await operation.Acknowledge(client, reply);
    }

    /// <summary>Exactly what was acknowledged is there.</summary>
    private static async Task CheckAsync(ColaClient client, TenantAtWork tenant)
    {
        Assert.Equal(tenant.PoolVersion, (await client.Pools.GetAsync(TenantAtWork.Pool, cancellationToken: Token)).CurrentVersion);
        var tasks = await client.Tasks.ListAsync(cancellationToken: Token).ToDictionaryAsync(
            task => task.Name, task => task.ServedVersion, cancellationToken: Token);
        Assert.Equal(tenant.Served, tasks);
        foreach (var (task, versions) in tenant.Tasks)
        {
            Assert.Equal(
                versions.Keys.ToHashSet(),
                await client.Tasks.ListVersionsAsync(task, Token).Select(version => version.Name).ToHashSetAsync(cancellationToken: Token));
        }

        var kept = tenant.Tasks.Values.SelectMany(versions => versions).ToList();
        if (kept.Count > 0)
        {
            var scores = await Requests.ScoreAsync(client, kept.Select(version => Requests.VersionSource(version.Key)), Token);
            Assert.All(kept.Zip(scores), version => Assert.Equal(version.First.Value, version.Second, ScoreTolerance));
        }
    }

    private Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(_model.Path, _data.Path, Token);
}
