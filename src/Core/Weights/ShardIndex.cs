using System.Text.Json;
using CoLA.Core.Rejections;

namespace CoLA.Core.Weights;

/// <summary>HuggingFace's model.safetensors.index.json: which shard holds which tensor.</summary>
internal sealed class ShardIndex
{
    private const string MapKey = "weight_map";

    private ShardIndex(string path, IReadOnlyDictionary<string, string> weightMap)
    {
        Path = path;
        WeightMap = weightMap;
    }

    public string Path { get; }

    /// <summary>From the tensor's name to the name of a file beside the index.</summary>
    public IReadOnlyDictionary<string, string> WeightMap { get; }

    /// <summary>The shards, each once, in the order of their names.</summary>
    public IReadOnlyList<string> Files => [.. WeightMap.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public static ShardIndex Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(
                File.ReadAllBytes(path),
                new JsonDocumentOptions { AllowDuplicateProperties = false });
            var map = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in json.RootElement.GetProperty(MapKey).EnumerateObject())
            {
                map.Add(property.Name, FileName(path, property.Name, property.Value.GetString()));
            }

            return new ShardIndex(path, map);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ModelFileRejection(path, MapKey, "an object from tensor names to file names", exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileRejection(path, null, "a file that may be read", exception.Message);
        }
    }

    public string? FileOf(string tensor) => WeightMap.GetValueOrDefault(tensor);

    /// <summary>A shard lies beside the index: its name leads nowhere else.</summary>
    private static string FileName(string path, string tensor, string? name) =>
        name is { Length: > 0 } && System.IO.Path.GetFileName(name) == name && name.EndsWith(".safetensors", StringComparison.Ordinal)
            ? name
            : throw new ModelFileRejection(path, tensor, "the name of a .safetensors file beside the index", name ?? "null");
}
