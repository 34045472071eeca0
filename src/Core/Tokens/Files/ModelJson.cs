using System.Text.Json;
using CoLA.Core.Rejections;

namespace CoLA.Core.Tokens.Files;

/// <summary>A JSON file of a model directory; what is wrong in it is refused by the file's and the key's name.</summary>
/// <param name="Path">The file.</param>
/// <param name="Root">Its content.</param>
internal sealed record ModelJson(string Path, JsonElement Root)
{
    /// <summary>The file's content, or null where there is no such file.</summary>
    public static ModelJson? TryOpen(string directory, string name)
    {
        var path = System.IO.Path.Combine(directory, name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ModelJson(path, document.RootElement.Clone())
                : throw new ModelFileRejection(path, null, "a JSON object", document.RootElement.ValueKind.ToString());
        }
        catch (JsonException exception)
        {
            throw new ModelFileRejection(path, null, "a JSON object", exception.Message);
        }
    }

    public ModelFileRejection Refuse(string key, string expected, string found) => new(Path, key, expected, found);

    /// <summary>A member that is there and not null.</summary>
    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    public JsonElement Required(JsonElement element, string key, string name, JsonValueKind kind) =>
        Member(element, name) is { } member && member.ValueKind == kind
            ? member
            : throw Refuse($"{key}.{name}", $"a JSON {kind}", Member(element, name)?.ToString() ?? "nothing");

    public string Text(JsonElement element, string key, string name) =>
        Required(element, key, name, JsonValueKind.String).GetString()!;

    public bool Flag(JsonElement element, string key, string name, bool absent) => Member(element, name)?.ValueKind switch
    {
        null => absent,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Refuse($"{key}.{name}", "true or false", Member(element, name)!.Value.ToString()),
    };

    public int Integer(JsonElement element, string key, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt32(out var value) && value >= 0
            ? value
            : throw Refuse($"{key}.{name}", "an integer of at least 0", Member(element, name)?.ToString() ?? "nothing");
}
