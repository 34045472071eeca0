using System.Text.Json;
using CoLA.Core.Rejections;

namespace CoLA.Core.Configuration;

/// <summary>
/// Typed access to one JSON object of a configuration. It records which keys were read, so that at the end every unknown key
/// can be refused by name. A key whose value is null counts as absent.
/// </summary>
internal sealed class ModelConfigKeys(string file, JsonElement element, string prefix = "")
{
    private const int LargestSize = 1 << 30;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Whether the key is present and not null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Whether the key is present, even with the value null.</summary>
    public bool Contains(string key) => element.TryGetProperty(key, out _);

    /// <summary>A whole number in 1 .. 2^30; null where absent.</summary>
    public int? Size(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var size) && size is >= 1 and <= LargestSize
            ? size
            : throw Refusal(key, $"a whole number in 1..{LargestSize}", value);
    }

    public int RequiredSize(string key) => Size(key) ?? throw Refusal(key, "a whole number", "nothing");

    /// <summary>Any 32-bit whole number; null where absent.</summary>
    public int? Whole(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : throw Refusal(key, "a whole number", value);
    }

    /// <summary>A finite number above 0 and at least <paramref name="minimum"/>; null where absent.</summary>
    public double? Positive(string key, double minimum = 0)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            && double.IsFinite(number) && number > 0 && number >= minimum
            ? number
            : throw Refusal(key, minimum > 0 ? $"a number of at least {minimum}" : "a number above 0", value);
    }

    public double RequiredPositive(string key, double minimum = 0) =>
        Positive(key, minimum) ?? throw Refusal(key, "a number", "nothing");

    public bool? Flag(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Refusal(key, "true or false", value),
        };

    public string? Text(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Refusal(key, "a text", value);

    public IReadOnlyList<string>? Texts(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Refusal(key, "a list of texts", value);
    }

    /// <summary>One token id or a list of them, each below <paramref name="vocabularySize"/>; empty where absent.</summary>
    public IReadOnlyList<int> TokenIds(string key, int vocabularySize)
    {
        if (Find(key) is not { } value)
        {
            return [];
        }

        int Id(JsonElement item) =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0 && id < vocabularySize
                ? id
                : throw Refusal(key, $"token ids in 0..{vocabularySize - 1}", value);

        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Id)] : [Id(value)];
    }

    /// <summary>A nested object; null where absent.</summary>
    public ModelConfigKeys? Object(string key) => Find(key) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Object
            ? new ModelConfigKeys(file, value, $"{prefix}{key}.")
            : throw Refusal(key, "an object", value);

    /// <summary>Refuses every key that was not read, unless it is <paramref name="harmless"/> or its value is null, false or empty.</summary>
    public void RefuseUnknownKeys(IReadOnlySet<string> harmless)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!_known.Contains(property.Name) && !harmless.Contains(property.Name) && !IsOff(property.Value))
            {
                throw Refusal(property.Name, "no such key: it may change the computation and is not supported", property.Value);
            }
        }
    }

    public ModelFileRejection Refusal(string key, string expected, JsonElement found)
    {
        const int Shown = 80;
        var text = found.GetRawText();
        return Refusal(key, expected, text.Length > Shown ? $"{text[..Shown]}..." : text);
    }

    public ModelFileRejection Refusal(string key, string expected, string found) =>
        new(file, $"{prefix}{key}", expected, found);

    private JsonElement? Find(string key)
    {
        _known.Add(key);
        return element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };
}
