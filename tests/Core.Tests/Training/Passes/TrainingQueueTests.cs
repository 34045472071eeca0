using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Fairness;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Tests.Telemetry;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.Sessions;
using CoLA.Core.Training.State;
using CoLA.Core.Work;
using CoLA.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Training.Passes;

/// <summary>Steps of several sessions that wait at the same moment.</summary>
public sealed class TrainingQueueTests : IAsyncDisposable
{
    private readonly MetricsRecorder _metrics = new();
    private readonly ColaTelemetry _telemetry;

    public TrainingQueueTests()
    {
        _telemetry = new ColaTelemetry(_metrics);
    }

    /// <summary>Of each micro-batch, how many calls shared it.</summary>
    private IReadOnlyList<double> Calls => [.. _metrics.Of("cola.training.calls").Select(measurement => measurement.Value)];

    [Theory]
    [InlineData(true, Strategy.Random, Strategy.Full, Strategy.Lora)]
    [InlineData(false, Strategy.Random, Strategy.Full, Strategy.Lora)]
    [InlineData(true, Strategy.MoeLora, Strategy.HydraLora, Strategy.Adalora)]
    public async Task ForwardBackward_OfThreeSessions_SharesAPassAndHasTheGradientsOfEachAlone(bool kernels, Strategy first, Strategy second, Strategy third)
    {
        await using var world = new CoreWorld(new ColaOptions { Model = new() { UseKernels = kernels } }, _telemetry);
        var sessions = new[]
        {
            await OpenAsync(world, "wide", 3, Initialisation.Pissa, rank: 4, frozen: false, first),
            await OpenAsync(world, "narrow", 1, Initialisation.Gaussian, rank: 2, frozen: true, third, Target.Q, Target.Down),
            await OpenAsync(world, "other", second == Strategy.HydraLora ? 1 : 2, Initialisation.Pissa, rank: 6, frozen: false, second),
        };
        await AssertTogetherAsAloneAsync(world, sessions, Batch, 1, 3e-6);
    }

    [Fact]
    public async Task ForwardBackward_OfTwoSessionsOnSmolLm_HasTheGradientsOfEachAlone()
    {
        await using var world = new CoreWorld(telemetry: _telemetry, model: SharedMaterial.Require("models", "smollm2-135m-instruct"));
        var sessions = new[]
        {
            await OpenAsync(world, "one", 2, Initialisation.Gaussian, rank: 8, frozen: false, Strategy.Heuristic),
            await OpenAsync(world, "two", 1, Initialisation.Gaussian, rank: 4, frozen: true, Strategy.Lora, Target.Q, Target.Down),
        };
        static BatchSpec Text(TaskName[] tasks) => new([.. tasks.SelectMany(task => new[]
        {
            Example(task, "The harbour was quiet that morning, and", $" {task.Task} counted the boats as they came in, one after another."),
            Example(task, "Tea is best", " with a little milk."),
        })]);
        foreach (var session in sessions)
        {
            // A fresh GAUSSIAN task's heads are zero, and so is what falls on A.
            await world.StepAsync(session.Name, 1, [.. Text(session.Tasks).Examples]);
        }

        await AssertTogetherAsAloneAsync(world, sessions, Text, 2, 5e-5);
    }

    [Fact]
    public async Task ForwardBackward_Deterministic_HasTheSameBitsWhoeverElseTrains()
    {
        await using var world = new CoreWorld(telemetry: _telemetry);
        var own = await OpenAsync(world, "own", 2, Initialisation.Pissa, 4, frozen: false, Strategy.Heuristic);
        var other = await OpenAsync(world, "other", 2, Initialisation.Gaussian, 4, frozen: false, Strategy.Full);
        var batch = Batch(own.Tasks) with { Deterministic = true };
        await world.ForwardBackwardAsync(own.Name, 1, batch);
        var alone = await TakeGradientsAsync(world, own.Name);

        await TogetherAsync(world, [() => world.ForwardBackwardAsync(other.Name, 1, Batch(other.Tasks)), () => world.ForwardBackwardAsync(own.Name, 2, batch)]);

        Assert.Equal(alone, await TakeGradientsAsync(world, own.Name));
        Assert.Equal([1, 1, 1], Calls);
    }

    [Fact]
    public async Task TrainStep_LossOfOneCallNotFinite_FailsThatCallAlone()
    {
        await using var world = new CoreWorld(telemetry: _telemetry);
        var whole = await OpenAsync(world, "whole", 2, Initialisation.Gaussian, 4, frozen: false, Strategy.Heuristic);
        var broken = await OpenAsync(world, "broken", 2, Initialisation.Gaussian, 4, frozen: false, Strategy.Heuristic);
        await world.ForwardBackwardAsync(whole.Name, 1, Batch(whole.Tasks));
        var alone = await TakeGradientsAsync(world, whole.Name);
        var tensors = await TensorsAsync(world, broken.Name);
        var saved = await world.Core.Engine.CallAsync(() => tensors.Pool.A.Weights.Flat.data<float>().ToArray());
        await world.Core.Engine.CallAsync(() => tensors.Pool.A.Weights.Flat.fill_(float.NaN));

        Task? failing = null;
        await TogetherAsync(
            world,
            [() => failing = Record(
                () =>
                    world.StepAsync(broken.Name, 1, [.. Batch(broken.Tasks).Examples])), () => world.ForwardBackwardAsync(whole.Name, 2, Batch(whole.Tasks))]);

        var refusal = Assert.IsType<PreconditionRejection>(await (Task<Exception?>)failing!);
        Assert.Contains(broken.Tasks[0].ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(whole.Tasks[0].ToString(), refusal.Message, StringComparison.Ordinal);
        var together = await TakeGradientsAsync(world, whole.Name);
        Assert.All(alone.Zip(together), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 3e-6 * alone.Max(Math.Abs)));
        Assert.Equal(2, Calls[^1]);

        await world.Core.Engine.CallAsync(() => tensors.Pool.A.Weights.Flat.copy_(tensor(saved)));
        Assert.Equal(1, (await world.StepAsync(broken.Name, 1, [.. Batch(broken.Tasks).Examples])).Tasks[0].Step!.Step);
    }

    [Fact]
    public async Task TrainStep_OneCancelledAmongOthers_LeavesNoTraceAndTheOthersGoOn()
    {
        await using var world = new CoreWorld(telemetry: _telemetry);
        var stays = await OpenAsync(world, "stays", 2, Initialisation.Gaussian, 4, frozen: false, Strategy.Heuristic);
        var leaves = await OpenAsync(world, "leaves", 2, Initialisation.Gaussian, 4, frozen: false, Strategy.Heuristic);
        await world.ForwardBackwardAsync(leaves.Name, 1, Batch(leaves.Tasks));
        var tensors = await TensorsAsync(world, leaves.Name);
        Task<float[]> AllAsync() => world.Core.Engine.CallAsync(() => (float[])
        [
            .. tensors.Pool.A.Weights.Flat.data<float>(),
            .. tensors.Pool.A.Accumulated!.data<float>(),
            .. tensors.Tasks[leaves.Tasks[0]].Heads.Weights.Flat.data<float>(),
        ]);
        var before = await AllAsync();
        using var cancellation = new CancellationTokenSource();
        var examples = Batch(leaves.Tasks).Examples;

        Task? cancelled = null;
        await TogetherAsync(world, [
            () => world.StepAsync(stays.Name, 1, [.. Batch(stays.Tasks).Examples]),
            () => cancelled = Record(() => world.Core.Steps.TrainStepAsync(Call(leaves.Name, 2, [.. examples]), new BatchSpec(examples), cancellation.Token)),
            () => world.Core.Engine.RunAsync(Globex, Cancelling(cancellation), default),
        ]);

        Assert.IsAssignableFrom<OperationCanceledException>(await (Task<Exception?>)cancelled!);
        Assert.Equal(before, await AllAsync());
        Assert.Equal(1, (await world.StepAsync(leaves.Name, 2, [.. examples])).Tasks[0].Step!.Step);
    }

    [Fact]
    public async Task TrainStep_SessionsAtTheirOwnPace_EqualThoseOneAfterTheOther()
    {
        var together = await TrainAsync(async runs => await Task.WhenAll(runs.Select(run => Task.Run(run))));
        Assert.Contains(Calls, calls => calls > 1);
        var serial = await TrainAsync(async runs =>
        {
            foreach (var run in runs)
            {
                await run();
            }
        });

        Assert.All(serial.Zip(together), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public async Task TrainStep_LargerThanTheBudget_ComesInSeveralPassesAndMixesThere()
    {
        await using var world = new CoreWorld(new ColaOptions { Training = new() { TrainingTokens = 24 } }, _telemetry);
        var large = await OpenAsync(world, "large", 2, Initialisation.Gaussian, 4, frozen: false, Strategy.Heuristic);
        var small = await OpenAsync(world, "small", 2, Initialisation.Gaussian, 4, frozen: false, Strategy.Heuristic);
        BatchSpec Many() => new([.. Enumerable.Range(0, 8).Select(at => Example(large.Tasks[0], new string((char)('a' + at), 5), "xyz"))]);
        await world.ForwardBackwardAsync(large.Name, 1, Many());
        var alone = await TakeGradientsAsync(world, large.Name);

        await TogetherAsync(
            world, [() => world.ForwardBackwardAsync(large.Name, 2, Many()), () => world.StepAsync(small.Name, 1, Example(small.Tasks[0], "k", "l"))]);

        Assert.Single(Calls, 2.0);
        var together = await TakeGradientsAsync(world, large.Name);
        Assert.All(alone.Zip(together), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 3e-6 * alone.Max(Math.Abs)));
    }

    [Fact]
    public async Task Next_CallerWhoGoesOnAtOnce_IsWaitedForAMomentUntilHeDoesNotCome()
    {
        await using var world = new CoreWorld();
        var time = new FakeTimeProvider();
        var model = world.Core.Engine.Model;
        var queue = new TrainingQueue(model, new VirtualCounters(), new PassOptions(), _telemetry.Engine, time);
        var (quick, slow) = (await SessionAsync("quick"), await SessionAsync("slow"));

        queue.Add(Step(quick));
        queue.Add(Step(slow));
        RunToEnd(queue.Next(beside: false)!); // in a second: 20 ms of patience
        queue.Add(Step(quick));
        Assert.Null(queue.Next(beside: false));
        Assert.Equal(TimeSpan.FromMilliseconds(20), queue.MaximumSleep);
        time.Advance(TimeSpan.FromMilliseconds(19));
        queue.Add(Step(slow));
        RunToEnd(queue.Next(beside: false)!);
        Assert.Equal([2, 2], Calls);

        queue.Add(Step(quick));
        Assert.Null(queue.Next(beside: false));
        time.Advance(TimeSpan.FromMilliseconds(20));
        RunToEnd(queue.Next(beside: false)!);
        queue.Add(Step(slow)); // too late to be waited for again
        Assert.Null(queue.Next(beside: false));
        queue.Add(Step(quick));
        RunToEnd(queue.Next(beside: false)!);
        queue.Add(Step(quick));
        RunToEnd(queue.Next(beside: false)!);
        Assert.Equal([2, 2, 1, 2, 1], Calls);

        async Task<(SessionTensors Tensors, TaskName Task, StepRhythm Rhythm)> SessionAsync(string pool)
        {
            var session = await OpenAsync(world, pool, 2, Initialisation.Gaussian, 4, frozen: false, Strategy.Heuristic);
            return (await TensorsAsync(world, session.Name), session.Tasks[0], new StepRhythm());
        }

        GradientCall Step((SessionTensors Tensors, TaskName Task, StepRhythm Rhythm) session) =>
            new(model, session.Tensors.Pool, session.Tensors.Tasks, [new EncodedExample(session.Task, [1, 2, 3], [0, 1, 1])])
            {
                Tenant = Acme,
                Rhythm = session.Rhythm,
            };

        void RunToEnd(LongWork work)
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            Assert.True(work.Advance());
            time.Advance(TimeSpan.FromSeconds(0.5));
            while (work.Advance())
            {
            }
        }
    }

    [Fact]
    public async Task ForwardBackward_Recomputing_HasTheSameBits()
    {
        async Task<float[]> GradientsAsync(bool recomputes)
        {
            await using var world = new CoreWorld(new ColaOptions { Training = new() { GradientCheckpointing = recomputes } });
            var random = await OpenAsync(world, "p", 3, Initialisation.Pissa, 4, frozen: false, Strategy.Random);
            var dropping = await OpenAsync(world, "q", 2, Initialisation.Gaussian, 4, frozen: false, Strategy.Full, dropout: 0.3);
            await world.ForwardBackwardAsync(random.Name, 1, Batch(random.Tasks));
            await world.ForwardBackwardAsync(dropping.Name, 1, Batch(dropping.Tasks));
            return [.. await TakeGradientsAsync(world, random.Name), .. await TakeGradientsAsync(world, dropping.Name)];
        }

        Assert.Equal(await GradientsAsync(recomputes: false), await GradientsAsync(recomputes: true));
    }

    /// <summary>
    /// Gradients of the sessions' calls in one pass beside those of each call alone, tensor by tensor, relative to the
    /// tensor's largest entry.
    /// </summary>
    private async Task AssertTogetherAsAloneAsync(
        CoreWorld world, (SessionName Name, TaskName[] Tasks)[] sessions, Func<TaskName[], BatchSpec> batch, long sequence, double tolerance)
    {
        var alone = new List<IReadOnlyList<float[]>>();
        foreach (var session in sessions)
        {
            await world.ForwardBackwardAsync(session.Name, sequence, batch(session.Tasks));
            alone.Add(await TakeTensorsAsync(world, session.Name));
        }

        await TogetherAsync(
            world, sessions.Select(session => (Func<Task>)(() => world.ForwardBackwardAsync(session.Name, sequence + 1, batch(session.Tasks)))));

        Assert.Equal(sessions.Length, Calls[^1]);
        foreach (var (session, expected) in sessions.Zip(alone))
        {
            var together = await TakeTensorsAsync(world, session.Name);
            Assert.Equal(expected.Count, together.Count);
            Assert.Contains(expected, tensor => tensor.Max(Math.Abs) > 0);
            foreach (var (one, other) in expected.Zip(together))
            {
                var largest = one.Max(Math.Abs);
                Assert.True(one.Zip(other).Max(pair => Math.Abs(pair.First - pair.Second)) <= tolerance * largest);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _telemetry.Dispose();
        _metrics.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Long work that cancels once two calls share a pass.</summary>
    private IEnumerable<Core.Work.Unit> Cancelling(CancellationTokenSource cancellation)
    {
        while (!Calls.Contains(2))
        {
            yield return Core.Work.Unit.File;
        }

        cancellation.Cancel();
    }

    private static async Task<Exception?> Record(Func<Task> call) => await Xunit.Record.ExceptionAsync(call);

    private async Task<double[]> TrainAsync(Func<IReadOnlyList<Func<Task>>, Task> run)
    {
        await using var world = new CoreWorld(telemetry: _telemetry);
        var losses = new List<double>[3];
        var runs = new List<Func<Task>>();
        for (var at = 0; at < losses.Length; at++)
        {
            var session = await OpenAsync(world, $"p{at}", 2, Initialisation.Gaussian, 4, frozen: at == 1, Strategy.Random);
            var own = losses[at] = [];
            runs.Add(async () =>
            {
                for (var step = 1; step <= 8; step++)
                {
                    var report = await world.StepAsync(session.Name, step, [.. Batch(session.Tasks).Examples]);
                    own.AddRange(report.Tasks.Select(task => task.Loss.Sum));
                }
            });
        }

        await run(runs);
        return [.. losses.SelectMany(own => own)];
    }

    /// <summary>Starts the calls while the engine stands still, so that all of them wait when it goes on.</summary>
    private static async Task TogetherAsync(CoreWorld world, IEnumerable<Func<Task>> calls)
    {
        Task[] running;
        using (await world.HoldEngineAsync())
        {
            running = [.. calls.Select(call => call())];
        }

        await Task.WhenAll(running);
    }

    private static BatchSpec Batch(TaskName[] tasks) => new([.. tasks.SelectMany((task, at) => new[]
    {
        Example(task, "what is it", $"{task.Task} says {at}"),
        Example(task, "and", "then"),
    })]);

    private static async Task<(SessionName Name, TaskName[] Tasks)> OpenAsync(
        CoreWorld world, string pool, int m, Initialisation initialisation, int rank, bool frozen, Strategy strategy, params Target[] targets) =>
        await OpenAsync(world, pool, m, initialisation, rank, frozen, strategy, 0, targets);

    private static async Task<(SessionName Name, TaskName[] Tasks)> OpenAsync(
        CoreWorld world, string pool, int m, Initialisation initialisation, int rank, bool frozen, Strategy strategy, double dropout, params Target[] targets)
    {
        var spec = new PoolSpec(targets.Length == 0 ? Enum.GetValues<Target>() : targets, m, rank, 2 * rank, initialisation, null, 5);
        await world.Core.Pools.CreateAsync(world.Mutation(), pool, spec, new PoolSharing(PoolVisibility.Public, []), world.Cancellation);
        TaskName[] tasks = [new(Acme, $"{pool}-a"), new(Acme, $"{pool}-b")];
        foreach (var task in tasks)
        {
            await world.Core.Tasks.RegisterAsync(
                world.Mutation(),
                task,
                new PoolName(pool),
                null,
                new TaskSpec(strategy, strategy is Strategy.Lora or Strategy.Adalora ? 1 : 3, 7),
                [],
                world.Cancellation);
        }

        var view = await world.Core.Sessions.OpenAsync(
            world.Mutation(),
            new OpenSessionSpec(
                new PoolName(pool),
                null,
                [.. tasks.Select(task => new SessionTaskSpec(task, new OptimizerSpec(1e-2), dropout, null))],
                frozen ? null : new OptimizerSpec(1e-2),
                false),
            world.Cancellation);
        await TensorsAsync(world, view.Session.Name);
        return (view.Session.Name, tasks);
    }

    private static async Task<SessionTensors> TensorsAsync(CoreWorld world, SessionName session)
    {
        await world.Core.Sessions.GetAsync(Acme, session, world.Cancellation);
        return world.Core.Live.Find(session)!.Tensors!;
    }

    private static async Task<float[]> TakeGradientsAsync(CoreWorld world, SessionName session) =>
        [.. (await TakeTensorsAsync(world, session)).SelectMany(tensor => tensor)];

    /// <summary>What is accumulated, matrix by matrix, cleared then; the weights are what they were.</summary>
    private static async Task<IReadOnlyList<float[]>> TakeTensorsAsync(CoreWorld world, SessionName session)
    {
        var tensors = await TensorsAsync(world, session);
        return await world.Core.Engine.CallAsync(() =>
        {
            TrainableMatrices[] all = [tensors.Pool.A, .. tensors.Tasks.OrderBy(
                task => task.Key.Task, StringComparer.Ordinal).Select(task => task.Value.Heads)];
            float[][] gradients = [.. all.Where(matrices => matrices.Accumulated is not null).SelectMany(Slots)];
            Array.ForEach(all, matrices => matrices.DropAccumulated());
            return gradients;
        });

        static IEnumerable<float[]> Slots(TrainableMatrices matrices)
        {
            var flat = matrices.Accumulated!.data<float>().ToArray();
            return matrices.Weights.Layout.Slots.Select(slot => flat.AsSpan((int)slot.Offset, (int)slot.Length).ToArray());
        }
    }
}
