using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Inference;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Sequences;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Inference;

public sealed class GenerationTests
{
    private const int Tokens = 12;

    /// <summary>Bit for bit by the CPU's own kernels; by libtorch, whose sums depend on the batch, up to their rounding.</summary>
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1e-4f)]
    public async Task Run_MixedBatch_EachRowEqualsItselfAlone(bool kernels, float tolerance)
    {
        await using var world = new CoreWorld(
            new ColaOptions { Model = new() { UseKernels = kernels }, Engine = new() { PrefillTokens = 16, PrefillTokensBesideDecoding = 5 } });
        var tasks = await TrainedTasksAsync(world);
        (TaskName? Task, string Prompt)[] rows =
        [
            (tasks[0], "the quick brown fox"), (null, "jumps"), (tasks[1], "over the lazy dog and on it goes for a while"),
            (tasks[2], "x"), (tasks[0], "again the first"), (null, "the base once more"), (tasks[3], "one two three"), (tasks[1], "last"),
        ];
        var alone = new List<IReadOnlyList<GeneratedToken>>();
        foreach (var row in rows)
        {
            alone.Add((await world.GenerateAsync(Tokens, row))[0]);
        }

        foreach (var order in new int[][] { [0, 1, 2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2, 1, 0], [0, 2], [3, 1, 6], [5, 5, 0, 0, 2] })
        {
            var together = await world.GenerateAsync(Tokens, [.. order.Select(at => rows[at])]);
            for (var row = 0; row < order.Length; row++)
            {
                AssertAlike(alone[order[row]], together[row], tolerance);
            }
        }
    }

    [Fact]
    public async Task Run_TaskNeverTrained_IsTheBaseBitForBit()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(initialisation: Initialisation.Pissa);
        var task = await world.MakeTaskAsync("new");

        var tasks = await world.GenerateAsync(Tokens, (task, "hello"));
        var bases = await world.GenerateAsync(Tokens, (null, "hello"));

        Assert.Equal(
            bases[0].Select(token => (token.Id, token.LogProbability)),
            tasks[0].Select(token => (token.Id, token.LogProbability)));
    }

    [Fact]
    public async Task Run_LogProbabilities_AgreeWithScore()
    {
        await using var world = new CoreWorld();
        var tasks = await TrainedTasksAsync(world);

        var answer = (await world.GenerateAsync(Tokens, (tasks[0], "the quick")))[0];
        var scores = await world.Core.Scoring.RunAsync(
            Acme,
            [new ScoreRow(new ModelSource(tasks[0], null), new TextPrompt("the quick"), [new TokenContinuation([.. answer.Select(token => token.Id)])])],
            world.Cancellation);

        var scored = scores[0].Continuations[0].Tokens;
        Assert.All(answer.Zip(scored), pair => Assert.Equal(pair.First.LogProbability!.Value, pair.Second.LogProbability, 1e-4f));
    }

    [Fact]
    public async Task Run_BatchOfWrongAndRightRows_OnlyTheWrongFail()
    {
        await using var world = new CoreWorld();
        var greedy = new GenerationRow(ModelSource.Base, new TextPrompt("hello"), SamplingOptions.Greedy, [], 3, null);
        GenerationRow[] rows =
        [
            greedy,
            greedy with { Prompt = new TextPrompt(new string('x', 500)) },
            greedy with { Prompt = new TokenPrompt([5, 1000]) },
            greedy with { Prompt = new TokenPrompt([]) },
            greedy with { MaximumTokens = 1L << 31 },
            greedy with { Sampling = new SamplingOptions(TopP: 0) },
            greedy with { Source = new ModelSource(new TaskName(Acme, "nowhere"), null) },
            greedy,
        ];

        var finishes = new Finish[rows.Length];
        await foreach (var news in world.Core.Generation.RunAsync(Acme, rows, world.Cancellation))
        {
            finishes[news.Row] = news.Finish ?? finishes[news.Row];
        }

        Assert.Equal(
            [
                null, typeof(InvalidArgumentRejection), typeof(InvalidArgumentRejection), typeof(InvalidArgumentRejection),
                typeof(InvalidArgumentRejection), typeof(InvalidArgumentRejection), typeof(NotFoundRejection), null,
            ],
            finishes.Select(finish => finish.Failure?.GetType()));
        Assert.Equal(FinishReason.Length, finishes[0].Reason);
        Assert.Equal(3, finishes[7].CompletionTokens);
        Assert.Contains("1..128", finishes[4].Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ContextFull_EndsByLength()
    {
        await using var world = new CoreWorld();
        var answer = (await world.GenerateAsync(128, (null, new string('y', 120))))[0];

        Assert.InRange(answer.Count, 1, 8);
    }

    [Fact]
    public async Task Run_CallerLeaves_RowsEndAndTheEngineGoesOn()
    {
        await using var world = new CoreWorld();
        var rows = Enumerable.Range(0, 4).Select(row =>
            new GenerationRow(ModelSource.Base, new TextPrompt($"row {row}"), SamplingOptions.Greedy, [], 100, null)).ToArray();
        await foreach (var news in world.Core.Generation.RunAsync(Acme, rows, world.Cancellation))
        {
            Assert.Null(news.Finish?.Failure);
            break;
        }

        Assert.Equal(Tokens, (await world.GenerateAsync(Tokens, (null, "next")))[0].Count);
    }

    [Fact]
    public async Task Run_MoreRowsThanFit_TheyWaitTheirTurn()
    {
        await using var world = new CoreWorld(new ColaOptions { Engine = new() { MaximumRows = 3 } });
        var rows = Enumerable.Range(0, 10).Select(row => ((TaskName?)null, $"prompt number {row}")).ToArray();

        var together = await world.GenerateAsync(Tokens, rows);

        for (var row = 0; row < rows.Length; row++)
        {
            AssertAlike((await world.GenerateAsync(Tokens, rows[row]))[0], together[row]);
        }
    }

    [Fact]
    public async Task Run_RowThatIsNotFinite_FailsAloneAndLeavesNothingForTheNextInItsSlot()
    {
        await using var world = new CoreWorld(new ColaOptions { Engine = new() { MaximumRows = 2 } });
        var broken = await world.MakeBrokenTaskAsync();
        var greedy = new GenerationRow(ModelSource.Base, new TextPrompt("short"), SamplingOptions.Greedy, [], 10, null);
        var alone = await TextAsync(world, greedy);
        GenerationRow[] rows =
        [
            greedy with { Prompt = new TextPrompt(new string('q', 40)), MaximumTokens = 60 },
            greedy with { Prompt = new TextPrompt(new string('w', 60)), Source = new ModelSource(broken, null) },
            greedy,
            greedy,
        ];

        var finishes = new Finish[rows.Length];
        var texts = rows.Select(_ => "").ToArray();
        await foreach (var news in world.Core.Generation.RunAsync(Acme, rows, world.Cancellation))
        {
            texts[news.Row] += news.Text;
            finishes[news.Row] = news.Finish ?? finishes[news.Row];
        }

        Assert.Equal(
            [FinishReason.Length, FinishReason.Failed, FinishReason.Length, FinishReason.Length],
            finishes.Select(finish => finish.Reason));
        Assert.Contains("not finite", finishes[1].Failure!.Message, StringComparison.Ordinal);
        Assert.Equal([alone.Text, alone.Text], texts[2..]);
    }

    [Fact]
    public async Task Run_TaskDeletedWhileTheRowWaits_ItsRowIsToldSo()
    {
        await using var world = new CoreWorld(new ColaOptions { Engine = new() { MaximumRows = 1 } });
        var tasks = await TrainedTasksAsync(world);
        var row = new GenerationRow(ModelSource.Base, new TextPrompt("hello"), SamplingOptions.Greedy, [], 100, null);
        await using var ahead = world.Core.Generation.RunAsync(Acme, [row], world.Cancellation).GetAsyncEnumerator(world.Cancellation);
        Assert.True(await ahead.MoveNextAsync());

        Task<(string Text, Finish Finish)> waits;
        using (await world.HoldEngineAsync())
        {
            waits = TextAsync(world, row with { Source = new ModelSource(tasks[3], null) });
            await world.Core.Tasks.DeleteAsync(world.Mutation(), tasks[3], world.Cancellation);
        }

        while (await ahead.MoveNextAsync())
        {
        }

        var failure = Assert.IsType<NotFoundRejection>((await waits).Finish.Failure);
        Assert.Contains("deleted", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_QueueFull_IsRefusedWithAHint()
    {
        await using var world = new CoreWorld(new ColaOptions { Engine = new() { MaximumWaiting = 1 } });
        using var pause = new ManualResetEventSlim();
        var paused = world.Core.Engine.CallAsync(() => pause.Wait(TimeSpan.FromSeconds(30)));
        var waits = world.GenerateAsync(1, (null, "x"));

        var rejection = await Assert.ThrowsAsync<ExhaustedRejection>(() => world.GenerateAsync(1, (null, "y")));

        Assert.NotNull(rejection.RetryAfter);
        pause.Set();
        Assert.True(await paused);
        Assert.Single(await waits);
    }

    [Fact]
    public async Task Run_MoreRowsThanMayEverWait_AreToBeSplit()
    {
        await using var world = new CoreWorld(new ColaOptions { Engine = new() { MaximumWaiting = 1 } });

        var rejection = await Assert.ThrowsAsync<InvalidArgumentRejection>(() => world.GenerateAsync(1, (null, "x"), (null, "y")));

        Assert.Contains("are 2; at most 1 may wait, split them", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StopString_EndsBeforeIt()
    {
        await using var world = new CoreWorld();
        var row = new GenerationRow(ModelSource.Base, new TextPrompt("hello"), SamplingOptions.Greedy, [], 20, null);
        var text = await TextAsync(world, row);
        var stop = text.Text.Substring(text.Text.Length / 2, 2);

        var stopped = await TextAsync(world, row with { Stops = [stop] });

        Assert.Equal(FinishReason.StopString, stopped.Finish.Reason);
        Assert.Equal(text.Text[..text.Text.IndexOf(stop, StringComparison.Ordinal)], stopped.Text);
    }

    [Fact]
    public async Task Run_Publishing_RowsOfTheNextCallUseTheNewVersion_AndTheOldOneCanBeNamed()
    {
        await using var world = new CoreWorld();
        var task = (await TrainedTasksAsync(world))[0];
        var served = (await world.Core.Tasks.GetAsync(Acme, task, world.Cancellation)).ServedVersion;
        var first = await world.ScoreAsync(task, "hello", " world");

        await world.Core.Tasks.SetServedVersionAsync(world.Mutation(), task, 1, world.Cancellation);
        var rolledBack = await world.ScoreAsync(task, "hello", " world");
        var named = await world.Core.Scoring.RunAsync(
            Acme, [new ScoreRow(new ModelSource(task, served), new TextPrompt("hello"), [new TextContinuation(" world")])], world.Cancellation);

        Assert.Equal(await world.ScoreAsync(null, "hello", " world"), rolledBack, 1e-9);
        Assert.NotEqual(first, rolledBack, 1e-3);
        Assert.Equal(first, named[0].Continuations[0].LogProbability, 1e-9);
    }

    /// <summary>Four tasks of different strategies and shapes on one pool, one of them at an earlier pool version.</summary>
    private static async Task<TaskName[]> TrainedTasksAsync(CoreWorld world)
    {
        await world.MakePoolAsync(initialisation: Initialisation.Pissa, m: 2);
        TaskName[] tasks =
        [
            await world.MakeTaskAsync("a", Strategy.Heuristic, 3),
            await world.MakeTaskAsync("b", Strategy.Full, 2),
            await world.MakeTaskAsync("c", Strategy.Random, 4),
        ];
        await TrainAsync(world, tasks);
        TaskName[] late = [await world.MakeTaskAsync("d", Strategy.HeuristicBalanced, 5)];
        await TrainAsync(world, late);
        return [.. tasks, .. late];
    }

    private static async Task TrainAsync(CoreWorld world, TaskName[] tasks)
    {
        var session = (await world.OpenAsync(tasks, rate: 3e-3)).Session.Name;
        for (var sequence = 1; sequence <= 4; sequence++)
        {
            await world.StepAsync(session, sequence, [.. tasks.Select((task, at) => Example(task, "the quick", $" fox {at}"))]);
        }

        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        await world.Core.Sessions.CloseAsync(world.Mutation(), session, world.Cancellation);
    }

    private static void AssertAlike(IReadOnlyList<GeneratedToken> expected, IReadOnlyList<GeneratedToken> found, float tolerance = 0)
    {
        Assert.Equal(expected.Select(token => token.Id), found.Select(token => token.Id));
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.LogProbability!.Value, pair.Second.LogProbability!.Value, tolerance));
    }

    private static async Task<(string Text, Finish Finish)> TextAsync(CoreWorld world, GenerationRow row)
    {
        var text = "";
        Finish? finish = null;
        await foreach (var news in world.Core.Generation.RunAsync(Acme, [row], world.Cancellation))
        {
            text += news.Text;
            finish = news.Finish;
        }

        return (text, finish!);
    }
}
