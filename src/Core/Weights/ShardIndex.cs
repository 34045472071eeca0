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

    /// <summary>From tensor names to the names of files in the directory of the index.</summary>
    public IReadOnlyDictionary<string, string> WeightMap { get; }

    /// <summary>The shards without duplicates, in the order of their names.</summary>
    public IReadOnlyList<string> Files => [.. WeightMap.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Reads and checks an index.</summary>
    /// <exception cref="ModelFileRejection">The file is missing or malformed, or names a file in another directory.</exception>
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
            throw new ModelFileRejection(path, null, "a readable file", exception.Message);
        }
    }

    /// <summary>The shard that holds a tensor; null for a tensor that is not in the index.</summary>
    public string? FileOf(string tensor) => WeightMap.GetValueOrDefault(tensor);

    /// <summary>Checks that a shard's name is a plain file name, so that it cannot point outside the directory of the index.</summary>
    private static string FileName(string path, string tensor, string? name) =>
        name is { Length: > 0 } && System.IO.Path.GetFileName(name) == name && name.EndsWith(".safetensors", StringComparison.Ordinal)
            ? name
            : throw new ModelFileRejection(path, tensor, "the name of a .safetensors file beside the index", name ?? "null");
}
