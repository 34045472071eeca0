using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Inference;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Tests.Telemetry;
using CoLA.Core.Training.Sessions;
using CoLA.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Training.Sessions;

public sealed class SessionMemoryTests
{
    private static readonly TimeSpan Expiry = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(Initialisation.Gaussian, Strategy.Random)]
    [InlineData(Initialisation.Pissa, Strategy.Heuristic)]
    public async Task TrainStep_TwoSessionsInTheMemoryOfOne_GivesTheBitsOfEnough(Initialisation initialisation, Strategy strategy)
    {
        var (roomy, evictionsOfRoomy) = await InterleaveAsync(new ColaOptions(), initialisation, strategy);
        var (cramped, evictionsOfCramped) = await InterleaveAsync(await CrampedAsync(initialisation, strategy), initialisation, strategy);

        Assert.Equal(0, evictionsOfRoomy);
        Assert.True(evictionsOfCramped >= 10, $"{evictionsOfCramped} evictions");
        Assert.Equal(roomy, cramped);
    }

    [Fact]
    public async Task SaveState_EvictedSession_WritesTheBytesOfOneThatStayed()
    {
        Assert.Equal(await SaveAsync(new ColaOptions()), await SaveAsync(await CrampedAsync()));

        static async Task<string> SaveAsync(ColaOptions options)
        {
            await using var world = await WorldAsync(options);
            var (session, task) = await TrainAsync(world, "a");
            await world.ForwardBackwardAsync(session, 2, new BatchSpec([Example(task, "c", "d")]));
            await TrainAsync(world, "b");
            Assert.Equal(options.Sessions.Memory == new ColaOptions().Sessions.Memory, Live(world, session).Tensors is not null);
            return (await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation)).Artifact.Sha256;
        }
    }

    [Fact]
    public async Task Score_WorkingCopyOfAnEvictedSession_IsItsWeights()
    {
        await using var world = await WorldAsync(await CrampedAsync());
        var (session, task) = await TrainAsync(world, "a");
        var before = await ScoreAsync(world, session, task);
        await TrainAsync(world, "b");
        Assert.NotNull(Live(world, session).Evicted);

        Assert.Equal(before, await ScoreAsync(world, session, task));
    }

    [Fact]
    public async Task Get_EvictedSession_TellsItsStepsAndLeavesItWhereItIs()
    {
        await using var world = await WorldAsync(await CrampedAsync());
        var (session, task) = await TrainAsync(world, "a");
        await TrainAsync(world, "b");

        var view = await world.Core.Sessions.GetAsync(Acme, session, world.Cancellation);

        Assert.Equal((2, 1), (view.NextSequence, view.Steps[task]));
        Assert.NotNull(Live(world, session).Evicted);
    }

    [Fact]
    public async Task Close_EvictedSession_RemovesItsFile()
    {
        await using var world = await WorldAsync(await CrampedAsync());
        var (session, _) = await TrainAsync(world, "a");
        await TrainAsync(world, "b");
        Assert.Single(Files(world));

        await world.Core.Sessions.CloseAsync(world.Mutation(), session, world.Cancellation);

        Assert.Empty(Files(world));
    }

    [Fact]
    public async Task Session_ExpiredWhileEvicted_LosesItsFileAndBeginsAnew()
    {
        var time = new FakeTimeProvider();
        await using var world = await WorldAsync(WithExpiry(await CrampedAsync()), time: time);
        var (session, task) = await TrainAsync(world, "a");
        await TrainAsync(world, "b");
        Assert.Single(Files(world));

        time.Advance(Expiry);
        await world.Core.Live.SweepAsync();

        Assert.Empty(Files(world));
        Assert.Equal(1, (await world.StepAsync(session, 1, Example(task, "a", "b"))).Tasks[0].Step!.Step);
    }

    [Fact]
    public async Task Server_StoppedWithEvictedSessions_LeavesNoFile()
    {
        await using var world = await WorldAsync(await CrampedAsync());
        await TrainAsync(world, "a");
        await TrainAsync(world, "b");
        Assert.Single(Files(world));

        await world.RestartAsync();

        Assert.Empty(Files(world));
    }

    [Fact]
    public async Task Server_StartedAfterACrash_RemovesWhatWasEvicted()
    {
        await using var world = await WorldAsync(new ColaOptions());
        await File.WriteAllTextAsync(Path.Combine(world.EvictedDirectory, new string('a', 64) + ".safetensors"), "stale", world.Cancellation);
        await File.WriteAllTextAsync(Path.Combine(world.EvictedDirectory, "half.tmp"), "stale", world.Cancellation);

        await world.RestartAsync();

        Assert.Empty(Files(world));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TrainStep_EvictedFileGoneOrDamaged_NamesLoadStateWhichGoesBack(bool gone)
    {
        await using var world = await WorldAsync(await CrampedAsync());
        var (session, task) = await TrainAsync(world, "a");
        var saved = await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation);
        var second = await world.StepAsync(session, 2, Example(task, "a", "b"));
        var (other, otherTask) = await TrainAsync(world, "b");
        Spoil(Files(world).Single(), gone);

        var lost = await Assert.ThrowsAsync<DamagedFileRejection>(() => world.StepAsync(session, 3, Example(task, "a", "b")));
        await world.StepAsync(other, 2, Example(otherTask, "a", "b"));
        var view = await world.Core.Sessions.LoadStateAsync(world.Mutation(), saved.Name, world.Cancellation);
        var again = await world.StepAsync(session, 3, Example(task, "a", "b"));

        Assert.Contains("LoadState", lost.Message, StringComparison.Ordinal);
        Assert.Contains(session.ToString(), lost.Message, StringComparison.Ordinal);
        Assert.Equal((3, 1), (view.NextSequence, view.Steps[task]));
        Assert.Equal(second.Tasks, again.Tasks);
    }

    [Fact]
    public async Task Close_EvictedFileDamaged_LetsGoOfItsTasks()
    {
        await using var world = await WorldAsync(await CrampedAsync());
        var (session, task) = await TrainAsync(world, "a");
        await TrainAsync(world, "b");
        Spoil(Files(world).Single(), gone: false);

        await world.Core.Sessions.CloseAsync(world.Mutation(), session, world.Cancellation);

        Assert.Equal(1, (await world.StepAsync((await world.OpenAsync([task])).Session.Name, 1, Example(task, "a", "b"))).Tasks[0].Step!.Step);
    }

    [Fact]
    public async Task Publish_EvictedSessionThatLostATask_PublishesTheOthers()
    {
        await using var world = await WorldAsync(await CrampedAsync());
        var (kept, gone) = (await world.MakeTaskAsync("kept"), await world.MakeTaskAsync(
            "gone", Strategy.Heuristic, 3, Globex, new TaskGrant(Acme, Grants.Train)));
        var session = (await world.OpenAsync([kept, gone])).Session.Name;
        await world.StepAsync(session, 1, Example(kept, "a", "b"), Example(gone, "c", "d"));
        await TrainAsync(world, "b");
        Assert.NotNull(Live(world, session).Evicted);

        await world.Core.Tasks.UpdateAsync(world.Mutation(Globex), gone, [], world.Cancellation);
        var published = await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);

        Assert.Equal(kept, published.Tasks.Single().Version.Task);
    }

    [Fact]
    public async Task Sessions_OnADeviceWithMemoryOfItsOwn_GoToHostMemoryThenToDiskAndComeBack()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        await using var world = await WorldAsync(new ColaOptions());
        using var directory = new TemporaryDirectory();
        var files = directory.PathOf("evicted");
        var one = (await CrampedAsync()).Sessions.Memory;
        using var memory = new SessionMemory(
            world.Core.Engine,
            new ArtifactStore(new LocalArtifactStorage(files, lasts: false)),
            new SessionOptions { Memory = one, HostMemory = one },
            telemetry.Sessions);
        var loader = new SessionLoader(world.Core.Engine, world.Core.Data.Artifacts, memory);
        var sessions = new List<(SessionSnapshot Session, LiveSession Live)>();
        async Task CallAsync((SessionSnapshot Session, LiveSession Live) called)
        {
            await called.Live.Gate.WaitAsync(world.Cancellation);
            await loader.TensorsAsync(called.Session, called.Live, world.Cancellation);
            called.Live.LastUse = sessions.Count;
            called.Live.Gate.Release();
        }

        (double, double, double) Places() =>
            (metrics.Sum("cola.sessions.resident"), metrics.Sum("cola.sessions.host.resident"), metrics.Sum("cola.sessions.disk.resident"));

        // Evicted, a session has no buffer for gradients: where one fits on the device, two do in host memory.
        for (var count = 1; count <= 4; count++)
        {
            var session = (await world.OpenAsync([await world.MakeTaskAsync($"t{count}")])).Session;
            sessions.Add((session, new LiveSession(session.Stand, 0)));
            await CallAsync(sessions[^1]);
        }

        Assert.Equal((1, 2, 1), Places());
        Assert.Equal((3, one / 3 * 2), (metrics.Sum("cola.sessions.evictions"), metrics.Sum("cola.sessions.usage")));
        Assert.Equal(new FileInfo(Directory.GetFiles(files).Single()).Length, metrics.Sum("cola.sessions.disk.usage"));

        await CallAsync(sessions[0]);
        await CallAsync(sessions[3]);

        Assert.Equal((1, 2, 1), Places());
        Assert.Equal(2, metrics.Of("cola.sessions.load.duration").Count);
        foreach (var (_, live) in sessions)
        {
            await loader.FreeAsync(live);
        }

        Assert.Equal((0, 0, 0), Places());
        Assert.Empty(Directory.GetFiles(files));
    }

    [Fact]
    public async Task TrainStep_ManySessionsAtOnceWithoutMemory_EachGoesOn()
    {
        const int steps = 6;
        await using var world = await WorldAsync(new ColaOptions { Sessions = new() { Memory = 1 } });
        var sessions = new List<(SessionName Session, TaskName Task)>();
        for (var count = 1; count <= 6; count++)
        {
            sessions.Add(await TrainAsync(world, $"t{count}"));
        }

        async Task<double> GoOnAsync((SessionName Session, TaskName Task) trained)
        {
            var loss = 0.0;
            for (var sequence = 2; sequence <= steps; sequence++)
            {
                loss = (await world.StepAsync(trained.Session, sequence, Example(trained.Task, "ab", "cd"))).Tasks[0].Loss.Mean;
                await ScoreAsync(world, trained.Session, trained.Task);
            }

            return loss;
        }

        var together = await Task.WhenAll(sessions.Select(GoOnAsync));

        await using var roomy = await WorldAsync(new ColaOptions());
        var (alone, task) = await TrainAsync(roomy, "t1");
        var losses = new List<double>();
        for (var sequence = 2; sequence <= steps; sequence++)
        {
            losses.Add((await roomy.StepAsync(alone, sequence, Example(task, "ab", "cd"))).Tasks[0].Loss.Mean);
        }

        Assert.All(together, loss => Assert.Equal(losses[^1], loss));
    }

    [Fact]
    public async Task TrainStep_DiskCannotBeWritten_SessionsStayInMemory()
    {
        await using var world = await WorldAsync(await CrampedAsync());
        Directory.Delete(world.EvictedDirectory);
        var (session, task) = await TrainAsync(world, "a");
        await TrainAsync(world, "b");

        var step = await world.StepAsync(session, 2, Example(task, "a", "b"));

        Assert.Equal(2, step.Tasks[0].Step!.Step);
    }

    /// <summary>All that two sessions answer, and all that they publish, when their calls alternate; and how often one made room for the other.</summary>
    private static async Task<(IReadOnlyList<string> Answers, double Evictions)> InterleaveAsync(
        ColaOptions options, Initialisation initialisation, Strategy strategy)
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        await using var world = await WorldAsync(options, initialisation, telemetry);
        TaskName[] tasks = [await world.MakeTaskAsync("a", strategy), await world.MakeTaskAsync("b", strategy)];
        var sessions = new List<SessionName>();
        foreach (var task in tasks)
        {
            sessions.Add((await world.OpenAsync([task], dropout: 0.1)).Session.Name);
        }

        var answers = new List<string>();
        for (var sequence = 1; sequence <= 9; sequence += 3)
        {
            foreach (var (session, task) in sessions.Zip(tasks))
            {
                answers.Add(Text((await world.StepAsync(session, sequence, Example(task, "ab", "cd"))).Tasks));
            }

            foreach (var (session, task) in sessions.Zip(tasks))
            {
                answers.Add(Text((await world.ForwardBackwardAsync(session, sequence + 1, new BatchSpec([Example(task, "ef", "gh")]))).Tasks));
            }

            foreach (var session in sessions)
            {
                answers.Add(Text((await world.OptimStepAsync(session, sequence + 2)).Tasks));
            }

            foreach (var session in sessions)
            {
                var published = await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
                answers.AddRange(await world.Core.Data.Ledger.ReadAsync(registry => registry.Files.ListAsync("", int.MaxValue), world.Cancellation));
            }
        }

        return (answers, metrics.Sum("cola.sessions.evictions"));
    }

    private static string Text<T>(IEnumerable<T> reports) => string.Join("; ", reports);

    /// <summary>Memory for one session of <see cref="TrainAsync"/>, also with accumulated gradients, and not for two.</summary>
    private static async Task<ColaOptions> CrampedAsync(Initialisation initialisation = Initialisation.Gaussian, Strategy strategy = Strategy.Heuristic)
    {
        await using var world = await WorldAsync(new ColaOptions(), initialisation);
        var (session, _) = await TrainAsync(world, "a", strategy);
        return new ColaOptions { Sessions = new() { Memory = Live(world, session).Tensors!.Bytes * 3 / 2 } };
    }

    private static async Task<CoreWorld> WorldAsync(
        ColaOptions options, Initialisation initialisation = Initialisation.Gaussian, ColaTelemetry? telemetry = null, TimeProvider? time = null)
    {
        var world = new CoreWorld(options, telemetry, time);
        await world.MakePoolAsync(initialisation: initialisation);
        return world;
    }

    /// <summary>A new session of a new task, one step in.</summary>
    private static ColaOptions WithExpiry(ColaOptions options) => options with { Sessions = options.Sessions with { Expiry = Expiry } };

    private static async Task<(SessionName Session, TaskName Task)> TrainAsync(CoreWorld world, string name, Strategy strategy = Strategy.Heuristic)
    {
        var task = await world.MakeTaskAsync(name, strategy);
        var session = (await world.OpenAsync([task])).Session.Name;
        await world.StepAsync(session, 1, Example(task, "ab", "cd"));
        return (session, task);
    }

    private static async Task<double> ScoreAsync(CoreWorld world, SessionName session, TaskName task)
    {
        var row = new ScoreRow(new ModelSource(task, null, session), new TextPrompt("ab"), [new TextContinuation("cd")]);
        return (await world.Core.Scoring.RunAsync(Acme, [row], world.Cancellation))[0].Continuations[0].LogProbability;
    }

    private static LiveSession Live(CoreWorld world, SessionName session) => world.Core.Live.Find(session)!;

    private static string[] Files(CoreWorld world) => Directory.GetFiles(world.EvictedDirectory);

    private static void Spoil(string file, bool gone)
    {
        if (gone)
        {
            File.Delete(file);
            return;
        }

        using var stream = File.Open(file, FileMode.Open);
        stream.Seek(-1, SeekOrigin.End);
        var last = stream.ReadByte();
        stream.Seek(-1, SeekOrigin.End);
        stream.WriteByte((byte)~last);
    }
}
