using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Data.Examples;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Training;

/// <summary>Every strategy beyond CoLA's own, from its registration to what its published version serves.</summary>
public sealed class PublishedMethodTests
{
    public static TheoryData<Strategy, int, int, Initialisation> Methods => new()
    {
        { Strategy.MoeLora, 3, 3, Initialisation.Gaussian },
        { Strategy.MoeLora, 2, 2, Initialisation.Pissa },
        { Strategy.HydraLora, 1, 3, Initialisation.Gaussian },
        { Strategy.HydraLora, 1, 3, Initialisation.Pissa },
        { Strategy.Adalora, 1, 1, Initialisation.Gaussian },
        { Strategy.Adalora, 1, 1, Initialisation.Pissa },
        { Strategy.Colora, 1, 1, Initialisation.Gaussian },
        { Strategy.Colora, 2, 3, Initialisation.Gaussian },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Publish_TrainedTask_ServesWhatTheSessionEvaluates(Strategy strategy, int m, int n, Initialisation initialisation)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(m, initialisation, sharedHead: strategy == Strategy.Colora);
        var task = await world.MakeTaskAsync("t", strategy, n);
        var @base = await world.ScoreAsync(null, "ab", "cd");
        var example = new TrainingExample(task, new TokenExample([97, 98, 99, 100], [0, 0, 1, 1]));
        var session = (await world.OpenAsync([task])).Session.Name;
        Assert.Equal(-@base, (await world.Core.Steps.EvaluateAsync(Acme, session, new BatchSpec([example]), world.Cancellation))[task].Sum, 1e-4);
        for (var sequence = 1; sequence <= 12; sequence++)
        {
            await world.StepAsync(session, sequence, example);
        }

        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        await world.Core.Sessions.CloseAsync(world.Mutation(), session, world.Cancellation);
        await world.RestartAsync();
        var next = (await world.OpenAsync([task])).Session.Name;
        var loss = (await world.Core.Steps.EvaluateAsync(Acme, next, new BatchSpec([example]), world.Cancellation))[task].Sum;

        Assert.Equal(-loss, await world.ScoreAsync(task, "ab", "cd"), 1e-4);
        Assert.True(loss < -@base - 1, $"{-@base} -> {loss}");
        var answers = await world.GenerateAsync(2, (task, "ab"), (null, "ab"));
        Assert.NotEqual(answers[0].Select(token => token.Id), answers[1].Select(token => token.Id));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Register_OnAPoolThatHasMoved_BeginsAtTheBase(Strategy strategy, int m, int n, Initialisation initialisation)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(m, initialisation, sharedHead: strategy == Strategy.Colora);
        var first = await world.MakeTaskAsync("first", strategy, n);
        var session = (await world.OpenAsync([first])).Session.Name;
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            await world.StepAsync(session, sequence, Example(first, "ab", "cd"));
        }

        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        var second = await world.MakeTaskAsync("second", strategy, n);
        var later = (await world.OpenAsync([second], frozen: true)).Session.Name;

        var before = await world.StepAsync(later, 1, Example(second, "ab", "cd"));
        var after = await world.StepAsync(later, 2, Example(second, "ab", "cd"));

        Assert.Equal(-await world.ScoreAsync(second, "ab", "cd"), before.Tasks[0].Loss.Sum - await EndOfTextAsync(world), 1e-3);
        Assert.True(after.Tasks[0].Loss.Mean < before.Tasks[0].Loss.Mean);
    }

    /// <summary>What the end of the text adds to the loss of an example under the base.</summary>
    private static async Task<double> EndOfTextAsync(CoreWorld world)
    {
        var task = await world.MakeTaskAsync("bare", Strategy.Full, 1);
        var session = (await world.OpenAsync([task], frozen: true)).Session.Name;
        var whole = (await world.Core.Steps.EvaluateAsync(Acme, session, new BatchSpec([Example(task, "ab", "cd")]), world.Cancellation))[task].Sum;
        return whole + await world.ScoreAsync(null, "ab", "cd");
    }
}
