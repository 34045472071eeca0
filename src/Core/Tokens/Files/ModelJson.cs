using System.Text.Json;
using CoLA.Core.Rejections;

namespace CoLA.Core.Tokens.Files;

/// <summary>A JSON file of a model directory. Errors name the file and the key.</summary>
/// <param name="Path">The file.</param>
/// <param name="Root">Its content.</param>
internal sealed record ModelJson(string Path, JsonElement Root)
{
    /// <summary>Reads a file; null where it does not exist.</summary>
    /// <exception cref="ModelFileRejection">The file is not a JSON object.</exception>
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

    /// <summary>The rejection of a value in this file.</summary>
    public ModelFileRejection Refuse(string key, string expected, string found) => new(Path, key, expected, found);

    /// <summary>A member of an object; null where it is missing or JSON null.</summary>
    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    /// <summary>A member that must be present and of one kind.</summary>
    public JsonElement Required(JsonElement element, string key, string name, JsonValueKind kind) =>
        Member(element, name) is { } member && member.ValueKind == kind
            ? member
            : throw Refuse($"{key}.{name}", $"a JSON {kind}", Member(element, name)?.ToString() ?? "nothing");

    /// <summary>A member that must be a string.</summary>
    public string Text(JsonElement element, string key, string name) =>
        Required(element, key, name, JsonValueKind.String).GetString()!;

    /// <summary>A boolean member, or <paramref name="absent"/> where it is missing.</summary>
    public bool Flag(JsonElement element, string key, string name, bool absent) => Member(element, name)?.ValueKind switch
    {
        null => absent,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Refuse($"{key}.{name}", "true or false", Member(element, name)!.Value.ToString()),
    };

    /// <summary>A member that must be a whole number of at least 0.</summary>
    public int Integer(JsonElement element, string key, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt32(out var value) && value >= 0
            ? value
            : throw Refuse($"{key}.{name}", "an integer of at least 0", Member(element, name)?.ToString() ?? "nothing");
}
