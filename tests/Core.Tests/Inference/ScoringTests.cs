using CoLA.Core.Inference;
using CoLA.Core.Rejections;
using CoLA.Core.Tenancy;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Inference;

public sealed class ScoringTests
{
    [Fact]
    public async Task Run_RowThatIsNotFinite_FailsAlone()
    {
        await using var world = new CoreWorld();
        var broken = await world.MakeBrokenTaskAsync();
        ScoreRow Row(TaskName? task) => new(new ModelSource(task, null), new TextPrompt("abc"), [new TextContinuation("x"), new TextContinuation("yy")]);

        var scores = await world.Core.Scoring.RunAsync(Acme, [Row(null), Row(broken), Row(null)], world.Cancellation);

        Assert.IsType<PreconditionRejection>(scores[1].Failure);
        Assert.Equal(-1, scores[1].Best);
        Assert.Equal(0, scores[0].Best);
        Assert.Equal(await world.ScoreAsync(null, "abc", "x"), scores[2].Continuations[0].LogProbability, 1e-5);
    }
}
