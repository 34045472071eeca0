using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Inference;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Sequences;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Training.Sessions;

public sealed class WorkingCopiesTests
{
    [Theory]
    [InlineData(false, Initialisation.Pissa, Strategy.Heuristic)]
    [InlineData(true, Initialisation.Pissa, Strategy.Full)]
    [InlineData(false, Initialisation.Gaussian, Strategy.Random)]
    public async Task Score_WorkingCopy_IsEachStateAndThenThePublishedVersion(bool frozen, Initialisation initialisation, Strategy strategy)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(initialisation: initialisation);
        var task = await world.MakeTaskAsync("t", strategy);
        var session = (await world.OpenAsync([task], frozen)).Session.Name;
        var seen = new List<double>();
        for (var step = 1; step <= 3; step++)
        {
            seen.Add(await ScoreAsync(world, session, task));
            var expected = await world.Core.Steps.EvaluateAsync(
                Acme, session, new BatchSpec(
                    [new TrainingExample(task, new Core.Data.Examples.TokenExample([97, 98, 99, 100], [0, 0, 1, 1]))]), world.Cancellation);
            Assert.Equal(-expected[task].Sum, seen[^1], 1e-4);
            await world.StepAsync(session, step, Example(task, "ab", "cd"));
        }

        seen.Add(await ScoreAsync(world, session, task));
        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);

        Assert.Equal(seen.Order(), seen);
        Assert.Equal(await world.ScoreAsync(task, "ab", "cd"), seen[^1], 1e-9);
    }

    [Fact]
    public async Task Score_WorkingCopyAfterLoadState_IsTheStateLoaded()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        await world.StepAsync(session, 1, Example(task, "ab", "cd"));
        var before = await ScoreAsync(world, session, task);
        var saved = await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation);
        await world.StepAsync(session, 2, Example(task, "ab", "cd"));
        Assert.NotEqual(before, await ScoreAsync(world, session, task));

        await world.Core.Sessions.LoadStateAsync(world.Mutation(), saved.Name, world.Cancellation);

        Assert.Equal(before, await ScoreAsync(world, session, task));
    }

    [Fact]
    public async Task Generate_StepMadeMeanwhile_EndsOnTheWeightsItBeganWith()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task], rate: 0.5)).Session.Name;
        var row = new GenerationRow(new ModelSource(task, null, session), new TextPrompt("ab"), SamplingOptions.Greedy, [], 40, 0) { IgnoresEnds = true };
        var undisturbed = await world.Core.Generation.RunAsync(Acme, [row], world.Cancellation).ToListAsync(world.Cancellation);

        var tokens = new List<int>();
        await foreach (var news in world.Core.Generation.RunAsync(Acme, [row], world.Cancellation))
        {
            tokens.AddRange(news.Tokens.Select(token => token.Id));
            if (tokens.Count == 1)
            {
                await world.StepAsync(session, 1, Example(task, "ab", "cd"));
            }
        }

        Assert.Equal(undisturbed.SelectMany(news => news.Tokens).Select(token => token.Id), tokens);
    }

    [Fact]
    public async Task Score_TaskThatIsNotInTheSession_IsNotFound()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var (inside, outside) = (await world.MakeTaskAsync("inside"), await world.MakeTaskAsync("outside"));
        var session = (await world.OpenAsync([inside])).Session.Name;

        await Assert.ThrowsAsync<NotFoundRejection>(() => ScoreAsync(world, session, outside));
    }

    private static async Task<double> ScoreAsync(CoreWorld world, SessionName session, TaskName task)
    {
        var scores = await world.Core.Scoring.RunAsync(
            Acme, [new ScoreRow(new ModelSource(task, null, session), new TextPrompt("ab"), [new TextContinuation("cd")])], world.Cancellation);
        return scores[0].Failure is { } failure ? throw failure : scores[0].Continuations[0].LogProbability;
    }
}
