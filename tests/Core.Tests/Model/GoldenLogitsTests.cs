using System.Text.Json;
using CoLA.Core.Model;
using CoLA.Core.Weights;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Model;

/// <summary>Logits and log-probabilities of HuggingFace transformers, for every tiny model of the shared material.</summary>
public sealed class GoldenLogitsTests
{
    public static TheoryData<string> LastLogits => [.. SharedMaterial.Folders("goldens", "golden.json", "last_logits.safetensors")];

    public static TheoryData<string> TinyModels => [.. SharedMaterial.Folders("models/tiny", "golden.json")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(LastLogits))]
    public void Hidden_RealModel_GivesTheGoldensLastLogits(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(SharedMaterial.PathOf("goldens", name, "golden.json")));
        using var expected = SafetensorsFile.Open(SharedMaterial.PathOf("goldens", name, "last_logits.safetensors"));
        using var checkpoint = Checkpoint.Open(SharedMaterial.PathOf("models", name));
        using var model = CausalLanguageModel.Load(checkpoint, CPU);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var prompts = golden.RootElement.GetProperty("logits").EnumerateArray()
            .Select(prompt => prompt.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64()).ToArray()).ToArray();
        using var attention = new PackedAttention([.. prompts.Select(prompt => prompt.Length)], model.Config, CPU);
        var hidden = model.Hidden(tensor(prompts.SelectMany(prompt => prompt).ToArray()), attention, NoAdapters.Instance);
        var end = 0;
        for (var at = 0; at < prompts.Length; at++)
        {
            end += prompts[at].Length;
            var logits = model.Logits(hidden.narrow(0, end - 1, 1))[0];
            Assert.InRange((logits - expected.Read($"last_logits.{at}")).abs().max().item<float>(), 0, 2e-4);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(TinyModels))]
    public void Hidden_TinyModel_GivesTheGoldensLogits(string name)
    {
        var directory = SharedMaterial.PathOf("models", "tiny", name);
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "golden.json")));
        using var checkpoint = Checkpoint.Open(directory);
        using var model = CausalLanguageModel.Load(checkpoint, CPU);
        using var noGrad = no_grad();
        foreach (var prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            var ids = prompt.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64()).ToArray();
            using var attention = new PackedAttention([ids.Length], model.Config, CPU);
            var logits = model.Logits(model.Hidden(tensor(ids), attention, NoAdapters.Instance));

            var expected = prompt.GetProperty("last_logits").EnumerateArray().Select(value => value.GetSingle()).ToArray();
            Assert.InRange((logits[^1] - tensor(expected)).abs().max().item<float>(), 0, 2e-4);

            var logProbabilities = nn.functional.log_softmax(logits, -1);
            var at = 0;
            foreach (var value in prompt.GetProperty("next_logprobs").EnumerateArray())
            {
                Assert.Equal(value.GetSingle(), logProbabilities[at, ids[at + 1]].item<float>(), 1e-4);
                at++;
            }

            Assert.Equal(ids.Length - 1, at);
        }
    }
}
