using CoLA.Core.Adapters.Resident;
using CoLA.Core.Artifacts;
using CoLA.Core.Inference;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
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

    [Fact]
    public async Task Run_FilesOfOneTaskAreMissing_ItsTextFailsAlone()
    {
        await using var world = new CoreWorld();
        var task = await world.MakeBrokenTaskAsync();
        var model = world.Core.Model.Language;
        using var bank = new AdapterBank(model, new AdapterBankOptions { Memory = long.MaxValue, HostMemory = 0 }, new ColaTelemetry().Adapters, () => { });
        var artifacts = new ArtifactStore(new LocalArtifactStorage(world.MatricesDirectory));
        var source = AdapterSource.Of(await world.Core.Tasks.ResolveAsync(Acme, task, null, world.Cancellation), artifacts)!;
        ScoredText Text(AdapterSource? adapter) => new(0, [97, 98], 2, [new ScoredContinuation(0, [99])], adapter);
        ScoredText[] texts = [Text(null), Text(source), Text(null)];
        Directory.Delete(world.MatricesDirectory, recursive: true);

        Assert.NotEmpty(new ScoringPass(model, bank, texts, 100).Run().ToArray());

        Assert.Equal([null, typeof(DamagedFileRejection), null], texts.Select(text => text.Failure?.GetType()));
        Assert.All([texts[0], texts[2]], text => Assert.InRange(text.Continuations[0].LogProbabilities[0], -100, -1e-6));
    }
}
