using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Data.Examples;
using CoLA.Core.Inference;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Losses;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Training.Losses;

/// <summary>Losses and log-probabilities through a session.</summary>
public sealed class LossesTests
{
    [Fact]
    public async Task Evaluate_LogProbabilities_AreThoseOfScore()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(initialisation: Initialisation.Pissa);
        var task = await world.MakeTaskAsync("t", Strategy.Random);
        var session = (await world.OpenAsync([task])).Session.Name;
        await world.StepAsync(session, 1, Example(task, "ab", "cd"));
        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        var batch = new BatchSpec([Tokens(task, [97, 98, 99, 100], [0, 0, 1, 1]), Tokens(task, [97, 98], [0, 0])]) { LogProbabilities = true };

        var report = await world.Core.Steps.EvaluateAsync(Acme, session, batch, world.Cancellation);
        var scores = await world.Core.Scoring.RunAsync(
            Acme, [new ScoreRow(new ModelSource(task, null), new TextPrompt("ab"), [new TextContinuation("cd")])], world.Cancellation);

        Assert.Empty(report.LogProbabilities![1]);
        Assert.All(
            scores[0].Continuations[0].Tokens.Zip(report.LogProbabilities[0]),
            pair => Assert.Equal(pair.First.LogProbability, pair.Second, 1e-4));
        Assert.Equal(-report.LogProbabilities[0].Sum(), report[task].Sum, 1e-5);
    }

    [Theory]
    [InlineData("importance_sampling")]
    [InlineData("ppo")]
    [InlineData("cispo")]
    public async Task TrainStep_Rollouts_MakeGoodTokensLikelierAndBadOnesLess(string name)
    {
        LossSpec loss = name switch { "ppo" => new PpoLoss(), "cispo" => new CispoLoss(), _ => new ImportanceSamplingLoss() };
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        var before = (await world.Core.Steps.EvaluateAsync(
            Acme, session, new BatchSpec([Tokens(task, [97, 98], [0, 1]), Tokens(task, [99, 100], [0, 1])])
            {
                LogProbabilities = true,
            }, world.Cancellation)).LogProbabilities!;
        TrainingExample[] rollouts = [Rollout(task, [97, 98], before[0][0], 1), Rollout(task, [99, 100], before[1][0], -1)];
        var batch = new BatchSpec(rollouts) { Loss = loss, LogProbabilities = true };

        var report = await world.Core.Steps.TrainStepAsync(Call(session, 1, rollouts), batch, world.Cancellation);
        var after = (await world.Core.Steps.EvaluateAsync(Acme, session, batch, world.Cancellation)).LogProbabilities!;

        Assert.Equal((2, 2), (report.Tasks[0].Loss.Weight, report.Tasks[0].Loss.Tokens));
        Assert.Equal(before[0][0], report.LogProbabilities![0][0], 1e-5);
        Assert.True(after[0][0] > before[0][0]);
        Assert.True(after[1][0] < before[1][0]);
    }

    [Fact]
    public async Task TrainStep_Dpo_StartsAtLogTwoAndPrefersTheChosenWhateverTheCut()
    {
        async Task<(double First, double Last)> RunAsync(int budget, bool given)
        {
            await using var world = new CoreWorld(new ColaOptions { Training = new() { TrainingTokens = budget } });
            await world.MakePoolAsync();
            var task = await world.MakeTaskAsync("t");
            var session = (await world.OpenAsync([task])).Session.Name;
            var references = given ? (await world.ScoreAsync(null, "say:", " yes"), await world.ScoreAsync(null, "say:", " no")) : ((double, double)?)null;
            // " yes" and " no" without the EOS that text gets: as token ids.
            TrainingExample[] pairs = [.. Enumerable.Range(0, 3).Select(_ => new TrainingExample(
                task, new TokenPreferenceExample(Answer("say:", " yes"), Answer("say:", " no"), references)))];
            var losses = new List<TaskLoss>();
            for (var step = 1; step <= 5; step++)
            {
                losses.Add(
                    (await world.Core.Steps.TrainStepAsync(
                        Call(session, step, pairs), new BatchSpec(pairs) { Loss = new DpoLoss() }, world.Cancellation)).Tasks[0].Loss);
            }

            Assert.All(losses, loss => Assert.Equal((3, 21), (loss.Weight, loss.Tokens)));
            return (losses[0].Mean, losses[^1].Mean);
        }

        var whole = await RunAsync(2048, given: false);
        var cut = await RunAsync(10, given: false);
        var given = await RunAsync(2048, given: true);

        Assert.Equal(Math.Log(2), whole.First, 1e-5);
        Assert.True(whole.Last < whole.First);
        Assert.Equal(whole.Last, cut.Last, 1e-5);
        Assert.Equal(whole.Last, given.Last, 1e-5);
    }

    [Fact]
    public async Task TrainStep_ExampleThatTheLossDoesNotKnow_IsRefused()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        var pair = new TrainingExample(task, new PreferenceExample("a", "b", "c"));
        async Task<string> RefusedAsync(LossSpec loss, TrainingExample example)
        {
            var batch = new BatchSpec([Example(task, "a", "b"), example]) { Loss = loss };
            return (await Assert.ThrowsAsync<InvalidArgumentRejection>(() => world.ForwardBackwardAsync(session, 1, batch))).Message;
        }

        Assert.Contains("examples[1]: is a pair", await RefusedAsync(CrossEntropyLoss.Instance, pair), StringComparison.Ordinal);
        Assert.Contains("examples[0]: is no pair", await RefusedAsync(new DpoLoss(), pair), StringComparison.Ordinal);
        Assert.Contains("examples[0]: needs tokens with old_logprobs", await RefusedAsync(new PpoLoss(), pair), StringComparison.Ordinal);
        Assert.Contains("loss.beta", await RefusedAsync(new DpoLoss(-1), pair), StringComparison.Ordinal);
        Assert.Contains("loss.clip_low", await RefusedAsync(new CispoLoss(2), pair), StringComparison.Ordinal);
        var lame = new TrainingExample(task, new TokenExample([1, 2], [0, 1], [0f], [0f, float.NaN]));
        var message = await RefusedAsync(new ImportanceSamplingLoss(), lame);
        Assert.Contains("examples[1].tokens.old_logprobs", message, StringComparison.Ordinal);
        Assert.Contains("examples[1].tokens.advantages", message, StringComparison.Ordinal);
    }

    private static TrainingExample Tokens(TaskName task, int[] ids, float[] weights) => new(task, new TokenExample(ids, weights));

    private static TrainingExample Rollout(TaskName task, int[] ids, float old, float advantage) =>
        new(task, new TokenExample(ids, [0, 1], [0, old], [0, advantage]));

    private static TokenExample Answer(string prompt, string answer) => new(
        [.. (prompt + answer).Select(letter => (int)letter)],
        [.. prompt.Select(_ => 0f), .. answer.Select(_ => 1f)]);
}
