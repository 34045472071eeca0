using CoLA.Core.Configuration;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.TestKit;

/// <summary>A model directory of a few hundred numbers, to be damaged.</summary>
public static class TinyModel
{
    public const string ConfigJson = """
        {"model_type": "llama", "vocab_size": 10, "hidden_size": 8, "intermediate_size": 6, "num_hidden_layers": 2,
         "num_attention_heads": 2, "num_key_value_heads": 1, "tie_word_embeddings": true, "eos_token_id": 2}
        """;

    public static ModelConfig WriteConfig(TemporaryDirectory directory) =>
        ModelConfigReader.Read(directory.Write("config.json", ConfigJson));

    /// <summary>The tensors that the configuration calls for: tensor i holds i, i + 1, ...</summary>
    public static Dictionary<string, Tensor> Tensors(ModelConfig config) =>
        CheckpointLayout.Of(config).Index().ToDictionary(
            pair => pair.Item.Name,
            pair => (arange(pair.Item.Shape.Aggregate(1L, (product, size) => product * size), dtype: float32) + pair.Index).reshape(pair.Item.Shape));

    public static void WriteTensors(TemporaryDirectory directory, string file, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var stream = File.Create(directory.PathOf(file));
        SafetensorsWriter.Write(stream, tensors);
    }

    /// <summary>Two shards, cut at the first layer's end, and their index.</summary>
    public static void WriteShards(TemporaryDirectory directory, IReadOnlyDictionary<string, Tensor> tensors)
    {
        string ShardOf(string name) => name.Contains("layers.1.", StringComparison.Ordinal) ? "b.safetensors" : "a.safetensors";
        foreach (var shard in tensors.GroupBy(pair => ShardOf(pair.Key)))
        {
            WriteTensors(directory, shard.Key, shard.ToDictionary());
        }

        var map = string.Join(",", tensors.Keys.Select(name => $"\"{name}\":\"{ShardOf(name)}\""));
        directory.Write("model.safetensors.index.json", $"{{\"metadata\":{{}},\"weight_map\":{{{map}}}}}");
    }
}
