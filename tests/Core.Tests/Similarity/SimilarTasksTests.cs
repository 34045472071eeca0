using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Data.Examples;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Similarity;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Similarity;

public sealed class SimilarTasksTests
{
    private static readonly Example[] LikeFirst = [new CompletionExample("ab", "cc"), new CompletionExample("ba", "cc")];

    [Fact]
    public async Task Find_TasksThatLearnedDifferentThings_RanksTheOneThatPredictsTheExamplesFirst()
    {
        await using var world = new CoreWorld();
        var (first, second) = await TrainedAsync(world);
        var untrained = await world.MakeTaskAsync("untrained");

        var ranking = await world.Core.Similar.FindAsync(Acme, new Comparison(Pool, LikeFirst, []), world.Cancellation);
        var other = await world.Core.Similar.FindAsync(
            Acme, new Comparison(Pool, [new CompletionExample("ab", "xy"), new CompletionExample("ba", "xy")], []), world.Cancellation);

        Assert.Equal(new TaskVersionName(first, 2), ranking.Best);
        Assert.Equal(new TaskVersionName(second, 2), other.Best);
        Assert.Equal(4, ranking.Ranked.Count);
        Assert.Equal(ranking.Base.Loss, ranking.Ranked.Single(task => task.Version?.Task == untrained).Loss);
        Assert.True(ranking.Ranked[0].Loss < ranking.Base.Loss);
    }

    [Fact]
    public async Task Find_Loss_IsWhatASessionReportsOnTheSameExamples()
    {
        await using var world = new CoreWorld();
        var (first, _) = await TrainedAsync(world);
        Example[] examples = [.. LikeFirst, new TokenExample([97, 98, 99, 97, 98], [0, 1, 0, 0.5f, 0])];

        var ranking = await world.Core.Similar.FindAsync(Acme, new Comparison(Pool, examples, [first]), world.Cancellation);

        var session = (await world.OpenAsync([first])).Session.Name;
        var losses = await world.Core.Steps.EvaluateAsync(
            Acme,
            session,
            new Core.Training.Sessions.BatchSpec([.. examples.Select(example => new Core.Training.Examples.TrainingExample(first, example))]),
            world.Cancellation);
        Assert.Equal(losses[first].Mean, ranking.Ranked.Single(task => task.Version?.Task == first).Loss, 1e-5);
        Assert.Equal(losses[first].Tokens, ranking.LabelledTokens);
    }

    [Fact]
    public async Task Find_Candidates_AreTheCallersAndThoseLent()
    {
        await using var world = new CoreWorld();
        var (first, second) = await TrainedAsync(world);
        var own = await world.MakeTaskAsync("own", tenant: Globex);
        Task<Ranking> Find(params TaskName[] named) => world.Core.Similar.FindAsync(Globex, new Comparison(Pool, LikeFirst, named), world.Cancellation);

        await GrantAsync(world, first, Grants.Lend);
        await GrantAsync(world, second, Grants.Generate);
        var all = await Find();

        Assert.Equal([first, own], all.Ranked.Select(task => task.Version?.Task).OfType<TaskName>().OrderBy(task => task.Task));
        await Assert.ThrowsAsync<PermissionRejection>(() => Find(second));
        await world.Core.Tasks.UpdateAsync(world.Mutation(), second, [], world.Cancellation);
        await Assert.ThrowsAsync<NotFoundRejection>(() => Find(second));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => Find(first, first));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => Find([.. Enumerable.Repeat(first, Comparison.MaximumCandidates + 1)]));
    }

    [Fact]
    public async Task Find_ExamplesThatTellNothing_AreRefused()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        Task Find(params Example[] examples) => world.Core.Similar.FindAsync(Acme, new Comparison(Pool, examples, []), world.Cancellation);

        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => Find());
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => Find(new TokenExample([1, 2], [1, 0])));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => Find([.. Enumerable.Repeat(LikeFirst[0], Comparison.MaximumExamples + 1)]));
    }

    [Fact]
    public async Task Find_TaskThatIsNotFinite_FailsAloneAndIsNeverBest()
    {
        await using var world = new CoreWorld();
        var broken = await world.MakeBrokenTaskAsync();

        var ranking = await world.Core.Similar.FindAsync(Acme, new Comparison(Pool, LikeFirst, []), world.Cancellation);

        Assert.Null(ranking.Best);
        Assert.Equal(broken, ranking.Ranked[^1].Version?.Task);
        Assert.IsType<PreconditionRejection>(ranking.Ranked[^1].Failure);
    }

    [Theory]
    [InlineData(Initialisation.Gaussian)]
    [InlineData(Initialisation.PissaSlices)]
    public async Task RegisterFrom_Neighbour_ComputesTheSameBitsAndBeginsAtItsLoss(Initialisation initialisation)
    {
        await using var world = new CoreWorld();
        var (first, _) = await TrainedAsync(world, initialisation);

        var registered = await world.Core.Similar.RegisterAsync(world.Mutation(), Newcomer("new"), new Comparison(Pool, LikeFirst, []), world.Cancellation);

        var newcomer = registered.Task.Name;
        Assert.Equal(new TaskVersionName(first, 2), registered.Task.StartedFrom);
        Assert.Equal(2, registered.Task.PoolVersion);
        var answers = await world.GenerateAsync(6, (first, "abc"), (newcomer, "abc"), (null, "abc"));
        Assert.Equal(Bits(answers[0]), Bits(answers[1]));
        Assert.NotEqual(Bits(answers[0]), Bits(answers[2]));
        Assert.Equal(await FirstLossAsync(world, first), await FirstLossAsync(world, newcomer));
    }

    [Fact]
    public async Task Register_BaseIsBest_StartsAsAnyOtherAndSaysSo()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        await world.MakeTaskAsync("untrained");

        var registered = await world.Core.Similar.RegisterAsync(world.Mutation(), Newcomer("new"), new Comparison(Pool, LikeFirst, []), world.Cancellation);

        Assert.Null(registered.Task.StartedFrom);
        Assert.Equal(new TaskSpec(Strategy.Heuristic, 2, 3), registered.Task.Spec);
        Assert.Contains("starts like any other", Assert.Single(registered.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_SentTwice_ActsOnceAndKeepsItsReplyWhenTheNeighbourIsGone()
    {
        await using var world = new CoreWorld();
        var (first, _) = await TrainedAsync(world);
        var mutation = world.Mutation();
        Task<RegisteredTask> Register() => world.Core.Similar.RegisterAsync(mutation, Newcomer("new"), new Comparison(Pool, LikeFirst, []), world.Cancellation);

        var once = await Register();
        var answer = await world.GenerateAsync(4, (first, "abc"));
        await world.Core.Tasks.DeleteAsync(world.Mutation(), first, world.Cancellation);
        await world.RestartAsync();
        var again = await Register();

        Assert.Equal((once.Task.Name, once.Task.StartedFrom), (again.Task.Name, again.Task.StartedFrom));
        Assert.Equal(Bits(answer[0]), Bits((await world.GenerateAsync(4, (once.Task.Name, "abc")))[0]));
        await Assert.ThrowsAsync<AlreadyExistsRejection>(
            () => world.Core.Similar.RegisterAsync(world.Mutation(), Newcomer("new"), new Comparison(Pool, LikeFirst, []), world.Cancellation));
    }

    private static Newcomer Newcomer(string id) => new(new TaskName(Acme, id), Pool, null, null, null, 3, []);

    private static IEnumerable<(int, float?)> Bits(IReadOnlyList<Core.Sequences.GeneratedToken> tokens) =>
        tokens.Select(token => (token.Id, (float?)token.LogProbability));

    private static Task<TaskSnapshot> GrantAsync(CoreWorld world, TaskName task, Grants grants) =>
        world.Core.Tasks.UpdateAsync(world.Mutation(), task, [new TaskGrant(Globex, grants)], world.Cancellation);

    private static async Task<double> FirstLossAsync(CoreWorld world, TaskName task)
    {
        var session = (await world.OpenAsync([task])).Session.Name;
        var report = await world.StepAsync(session, 1, Example(task, "ab", "cc"), Example(task, "ba", "cc"));
        await world.Core.Sessions.CloseAsync(world.Mutation(), session, world.Cancellation);
        return report.Tasks[0].Loss.Sum;
    }

    private static async Task<(TaskName First, TaskName Second)> TrainedAsync(CoreWorld world, Initialisation initialisation = Initialisation.Gaussian)
    {
        await world.MakePoolAsync(initialisation: initialisation);
        var first = await world.MakeTaskAsync("first");
        var second = await world.MakeTaskAsync("second");
        var session = (await world.OpenAsync([first, second])).Session.Name;
        for (var step = 1; step <= 8; step++)
        {
            await world.StepAsync(
                session, step, Example(first, "ab", "cc"), Example(first, "ba", "cc"), Example(second, "ab", "xy"), Example(second, "ba", "xy"));
        }

        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        await world.Core.Sessions.CloseAsync(world.Mutation(), session, world.Cancellation);
        return (first, second);
    }
}
