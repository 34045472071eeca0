using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Inference;
using CoLA.Core.Naming;
using CoLA.Core.Sequences;
using CoLA.Core.Telemetry;
using CoLA.Core.Tests.Telemetry;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Engine;

/// <summary>Scheduling order, preemption and prefix reuse, and that none of them changes an answer.</summary>
public sealed class SchedulerTests
{
    private const int Tokens = 24;

    /// <summary>Bytes of one block of the random model: keys and values, 2 layers, 2 heads of 8, 16 tokens, float32.</summary>
    private const long BlockBytes = 2 * 2 * 2 * 8 * 16 * sizeof(float);

    private static readonly string Long = string.Concat(Enumerable.Repeat("a long beginning ", 4));

    [Fact]
    public async Task Plan_MemoryRunsOut_LastAdmittedIsPreemptedAndAnswersTheSame()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        (TaskName?, string)[] rows = [.. Enumerable.Range(0, 6).Select(row => ((TaskName?)null, $"prompt {row}"))];
        IReadOnlyList<IReadOnlyList<GeneratedToken>> alone;
        await using (var roomy = new CoreWorld())
        {
            alone = await roomy.GenerateAsync(Tokens + 20, rows);
        }

        await using var world = new CoreWorld(new ColaOptions { Engine = new() { KeyValueMemory = 12 * BlockBytes } }, telemetry);
        var crowded = await world.GenerateAsync(Tokens + 20, rows);

        Assert.True(metrics.Sum("cola.preemptions") > 0, "no row was preempted: the memory was not short");
        AssertSame(alone, crowded);
        Assert.Equal(0, metrics.Sum("cola.kv.usage"));
    }

    [Fact]
    public async Task Submit_RowLargerThanTheMemory_IsRefusedWithTheLimit()
    {
        await using var world = new CoreWorld(new ColaOptions { Engine = new() { KeyValueMemory = 3 * BlockBytes } });

        var rejection = await Assert.ThrowsAsync<Rejections.ExhaustedRejection>(() => world.GenerateAsync(60, (null, "x")));

        Assert.Contains("room for 48", rejection.Message, StringComparison.Ordinal);
        Assert.Equal(10, (await world.GenerateAsync(10, (null, "x")))[0].Count);
    }

    [Fact]
    public async Task Plan_SharedPrefix_IsComputedOnceAndAnswersTheSame()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        await using var world = new CoreWorld(telemetry: telemetry);
        var first = await world.GenerateAsync(Tokens, (null, Long + "and an end"));
        Assert.Equal(0, metrics.Sum("cola.prefix.hits"));

        var second = await world.GenerateAsync(Tokens, (null, Long + "and an end"));
        await world.GenerateAsync(Tokens, (null, Long + "another end"));

        AssertSame(first, second);
        Assert.Equal(2, metrics.Sum("cola.prefix.hits"));
        Assert.True(metrics.Sum("cola.prefix.tokens") >= 2 * 64);
    }

    [Fact]
    public async Task Plan_SamePrefixOfAnotherTenantTaskOrVersion_IsComputedAgain()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        await using var world = new CoreWorld(telemetry: telemetry);
        await world.MakePoolAsync();
        var one = await world.MakeTaskAsync("one", Strategy.Heuristic, 3, null, new TaskGrant(Globex, Grants.Generate));
        var two = await world.MakeTaskAsync("two");
        await PublishAsync(world, one, two);

        await world.GenerateAsync(3, (one, Long));
        await world.GenerateAsync(3, (two, Long));
        await world.GenerateAsync(3, (null, Long));
        await GenerateAsAsync(world, Globex, one);
        await GenerateAsAsync(world, Globex, null);
        await PublishAsync(world, one);
        await world.GenerateAsync(3, (one, Long));
        Assert.Equal(0, metrics.Sum("cola.prefix.hits"));

        await world.Core.Tasks.DeleteAsync(world.Mutation(), two, world.Cancellation);
        await world.MakeTaskAsync("two");
        await world.GenerateAsync(3, (two, Long));
        Assert.Equal(0, metrics.Sum("cola.prefix.hits"));

        await world.GenerateAsync(3, (one, Long));
        Assert.Equal(1, metrics.Sum("cola.prefix.hits"));
    }

    [Fact]
    public async Task Plan_VersionSwitchedWhileRowsRun_RunningRowsKeepTheOldVersionAndNewRowsTakeTheNew()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        await PublishAsync(world, task);
        var old = await world.GenerateAsync(100, (task, "hello"));
        var row = new GenerationRow(new ModelSource(task, null), new TextPrompt("hello"), SamplingOptions.Greedy, [], 100, 0);
        var running = new List<GeneratedToken>();
        var published = false;
        await foreach (var news in world.Core.Generation.RunAsync(Acme, [row], world.Cancellation))
        {
            Assert.Null(news.Finish?.Failure);
            running.AddRange(news.Tokens);
            if (!published)
            {
                await PublishAsync(world, task);
                published = true;
            }
        }

        var after = await world.GenerateAsync(100, (task, "hello"));

        AssertSame(old, [running]);
        Assert.NotEqual(old[0].Select(token => token.LogProbability), after[0].Select(token => token.LogProbability));
    }

    [Fact]
    public async Task Plan_OneTenantSubmitsManyRows_TheOtherDoesNotWaitForAllOfThem()
    {
        await using var world = new CoreWorld(new ColaOptions { Engine = new() { MaximumRows = 1 } });
        var row = new GenerationRow(ModelSource.Base, new TextPrompt("hello"), SamplingOptions.Greedy, [], 20, null);
        var ended = 0;
        await using var flood = world.Core.Generation.RunAsync(
            Acme, [.. Enumerable.Repeat(row, 40)], world.Cancellation).GetAsyncEnumerator(world.Cancellation);
        Assert.True(await flood.MoveNextAsync());

        var other = Task.Run(async () =>
        {
            await foreach (var news in world.Core.Generation.RunAsync(Globex, [row], world.Cancellation))
            {
                Assert.Null(news.Finish?.Failure);
            }

            return Volatile.Read(ref ended);
        });
        while (await flood.MoveNextAsync())
        {
            if (flood.Current.Finish is not null)
            {
                Interlocked.Increment(ref ended);
            }
        }

        Assert.InRange(await other, 0, 30);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_DeterministicRow_SameBitsInAnyBatch(bool kernels)
    {
        var options = new ColaOptions { Model = new() { UseKernels = kernels }, Engine = new() { PrefillTokens = 40, PrefillTokensBesideDecoding = 9 } };
        await using var world = new CoreWorld(options);
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        await PublishAsync(world, task);
        var row = new GenerationRow(new ModelSource(task, null), new TextPrompt(Long), SamplingOptions.Greedy, [], Tokens, 0, Deterministic: true);
        var alone = await RunAsync(world, row);
        var neighbours = Enumerable.Range(0, 7).Select(at => row with
        {
            Source = at % 2 == 0 ? ModelSource.Base : row.Source,
            Prompt = new TextPrompt($"{at} {Long}"[..(10 * at + 5)]),
            Deterministic = false,
        }).ToArray();

        Assert.Equal(alone, await RunAsync(world, [row, .. neighbours]));
        Assert.Equal(alone, await RunAsync(world, [row, neighbours[3]]));
        Assert.Equal(alone, await RunAsync(world, row));
    }

    [Fact]
    public async Task Run_DeterministicRowPreempted_SameBitsWithoutKernels()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        await using var world = new CoreWorld(
            new ColaOptions { Model = new() { UseKernels = false }, Engine = new() { KeyValueMemory = 8 * BlockBytes } }, telemetry);
        var row = new GenerationRow(ModelSource.Base, new TextPrompt("begin"), SamplingOptions.Greedy, [], 60, 0, Deterministic: true);
        var alone = await RunAsync(world, row);

        var crowded = await RunAllAsync(world, row, row, row);

        Assert.True(metrics.Sum("cola.preemptions") > 0);
        Assert.All(crowded, answer => Assert.Equal(alone, answer));
    }

    private static async Task PublishAsync(CoreWorld world, params TaskName[] tasks)
    {
        var session = (await world.OpenAsync(tasks, frozen: true, rate: 3e-2)).Session.Name;
        await world.StepAsync(session, 1, [.. tasks.Select(task => Example(task, "the quick", $" fox {task.Task}"))]);
        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        await world.Core.Sessions.CloseAsync(world.Mutation(), session, world.Cancellation);
    }

    private static async Task GenerateAsAsync(CoreWorld world, TenantId tenant, TaskName? task)
    {
        var row = new GenerationRow(new ModelSource(task, null), new TextPrompt(Long), SamplingOptions.Greedy, [], 3, null);
        await foreach (var news in world.Core.Generation.RunAsync(tenant, [row], world.Cancellation))
        {
            Assert.Null(news.Finish?.Failure);
        }
    }

    private static async Task<List<(int, float?)>> RunAsync(CoreWorld world, params GenerationRow[] rows) => (await RunAllAsync(world, rows))[0];

    private static async Task<List<(int, float?)>[]> RunAllAsync(CoreWorld world, params GenerationRow[] rows)
    {
        var answers = rows.Select(_ => new List<(int, float?)>()).ToArray();
        await foreach (var news in world.Core.Generation.RunAsync(Acme, rows, world.Cancellation))
        {
            Assert.Null(news.Finish?.Failure);
            answers[news.Row].AddRange(news.Tokens.Select(token => (token.Id, token.LogProbability)));
        }

        return answers;
    }

    private static void AssertSame(IReadOnlyList<IReadOnlyList<GeneratedToken>> expected, IReadOnlyList<IReadOnlyList<GeneratedToken>> found) => Assert.Equal(
        expected.SelectMany(row => row).Select(token => (token.Id, token.LogProbability)),
        found.SelectMany(row => row).Select(token => (token.Id, token.LogProbability)));
}
