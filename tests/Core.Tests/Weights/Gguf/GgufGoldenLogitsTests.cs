using System.Text.Json.Nodes;
using CoLA.Core.Model;
using CoLA.Core.Weights;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Weights.Gguf;

/// <summary>Logits of other software from GGUF files. They are equal only if metadata, names, order of rows and values are all right.</summary>
public sealed class GgufGoldenLogitsTests
{
    private const string Ending = ".golden.json";

    public static TheoryData<string> Goldens { get; } =
        [.. SharedMaterial.Files("goldens/gguf", $"*{Ending}").Select(file => file[..^Ending.Length])];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Logits_OfAGgufFile_AreTheGoldens(string name)
    {
        var golden = JsonNode.Parse(File.ReadAllText(SharedMaterial.Require("goldens", "gguf", name + Ending)))!;
        var ids = golden["ids"]!.AsArray().Select(id => (long)id!).ToArray();
        var expected = golden["last_logits"]!.AsArray().Select(value => (float)value!).ToArray();
        using var checkpoint = Checkpoint.Open(SharedMaterial.Require("goldens", "gguf", $"{name}.gguf"));
        using var model = CausalLanguageModel.Load(checkpoint, CPU);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var attention = new PackedAttention([ids.Length], model.Config, CPU);

        var logits = model.Logits(model.Hidden(tensor(ids), attention, NoAdapters.Instance));

        Assert.InRange((logits[^1] - tensor(expected)).abs().max().item<float>(), 0, 2e-4);
    }
}
