using CoLA.Core;
using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Core.Inference;
using CoLA.Core.Naming;
using CoLA.Core.Sequences;
using CoLA.Core.Tokens;
using CoLA.Core.Weights;
using CoLA.Models.Skills;
using CoLA.TestKit;
using TorchSharp;
using Xunit;

namespace CoLA.Models.Tests.Skills;

/// <summary>The model that comes with the project is whole, small, and reads what the skills write.</summary>
public sealed class ColaTinyTests
{
    private static readonly string Directory = Path.Combine(SharedMaterial.RepositoryRoot, "models", "cola-tiny");

    [Fact]
    public void Directory_AllFiles_AreAtMostFourMegabytes() =>
        Assert.InRange(new DirectoryInfo(Directory).EnumerateFiles().Sum(file => file.Length), 1, 4_000_000);

    [Fact]
    public void Checkpoint_EveryTensor_IsFinite()
    {
        using var checkpoint = Checkpoint.Open(Directory);

        Assert.All(checkpoint.Names, name =>
        {
            using var scope = torch.NewDisposeScope();
            Assert.True(checkpoint.Read(name, [.. checkpoint.Tensors[name].Shape]).to(torch.float32).isfinite().all().item<bool>(), name);
        });
        Assert.Equal(256, checkpoint.Config.ContextLength);
        Assert.True(checkpoint.Config.TieEmbeddings);
    }

    [Fact]
    public void Tokenizer_LinesOfEverySkill_AreTheirBytesAndComeBack()
    {
        var tokenizer = Tokenizer.FromDirectory(Directory)!;
        foreach (var item in SkillBook.Trained.Concat(SkillBook.HeldOut).SelectMany(skill => skill.DataSet(5, 1).Items))
        {
            var example = (CompletionExample)item.Example;
            var prompt = tokenizer.Encode(example.Prompt, addSpecialTokens: true);
            var completion = tokenizer.Encode(example.Completion, addSpecialTokens: false);

            Assert.Equal(example.Prompt.Select(character => (int)character), prompt);
            Assert.Equal(example.Completion.Select(character => (int)character), completion);
            Assert.Equal(example.Prompt + example.Completion, tokenizer.Decode([.. prompt, .. completion], skipSpecialTokens: true));
        }

        Assert.Equal([256], tokenizer.EosIds);
        Assert.Null(tokenizer.ChatTemplate);
    }

    [Theory]
    [InlineData("größer als 価格 🙂\r\n\t\0")]
    public void Tokenizer_AnyText_ComesBack(string text)
    {
        var tokenizer = Tokenizer.FromDirectory(Directory)!;

        var ids = tokenizer.Encode(text, addSpecialTokens: true);

        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text), ids.Count);
        Assert.Equal(text, tokenizer.Decode(ids, skipSpecialTokens: true));
    }

    [Fact]
    public async Task Generate_LinesOfSkills_AreAnsweredWhereTheSkillWasTrained()
    {
        using var data = new TemporaryDirectory();
        await using var core = ColaCore.Open(
            new ColaOptions { Model = new() { Path = Directory, Device = "cpu" }, DataDirectory = data.PathOf("data") }, TimeProvider.System);

        Assert.InRange(await AccuracyAsync(core, SkillBook.Trained), 0.85, 1);
        Assert.InRange(await AccuracyAsync(core, SkillBook.HeldOut), 0, 0.05);
    }

    private static async Task<double> AccuracyAsync(ColaCore core, IReadOnlyList<Skill> skills)
    {
        var items = skills.SelectMany(skill => skill.DataSet(3, 11).Items).ToArray();
        var rows = items.Select(item => new GenerationRow(
            new ModelSource(null, null), new TextPrompt(((CompletionExample)item.Example).Prompt), SamplingOptions.Greedy, [], 20, null)).ToArray();
        var answers = Enumerable.Repeat("", rows.Length).ToArray();
        await foreach (var news in core.Generation.RunAsync(new TenantId("acme"), rows, TestContext.Current.CancellationToken))
        {
            Assert.Null(news.Finish?.Failure);
            answers[news.Row] += news.Text;
        }

        return items.Zip(answers).Average(pair => pair.First.Judgement is ExactMatch exact && exact.Answer == pair.Second ? 1.0 : 0.0);
    }
}
