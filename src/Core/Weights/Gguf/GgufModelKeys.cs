using System.Globalization;
using CoLA.Core.Rejections;

namespace CoLA.Core.Weights.Gguf;

/// <summary>
/// Typed access to the metadata of one architecture (<c>llama.*</c>); only these keys change the computation. It records which
/// keys were read, so that at the end every unknown key can be refused by name.
/// </summary>
internal sealed class GgufModelKeys(GgufFile file, string architecture)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>A whole number in 1 .. 2^30; null where absent.</summary>
    public int? Size(string key) => Find(key) is not { } value
        ? null
        : Number(value) is >= 1 and <= 1 << 30 and var size && double.IsInteger(size)
            ? (int)size
            : throw Refusal(key, $"a whole number in 1..{1 << 30}", value);

    public int RequiredSize(string key) => Size(key) ?? throw Refusal(key, "a whole number", "nothing");

    /// <summary>A finite number above 0; null where absent.</summary>
    public double? Positive(string key) => Find(key) is not { } value
        ? null
        : Number(value) is > 0 and var number && double.IsFinite(number) ? number : throw Refusal(key, "a number above 0", value);

    public double RequiredPositive(string key) => Positive(key) ?? throw Refusal(key, "a number", "nothing");

    public string? Text(string key) => Find(key) is not { } value
        ? null
        : value as string ?? throw Refusal(key, "a text", value);

    /// <summary>Allows the key with any value, because it does not change the computation.</summary>
    public void Ignore(string key) => Find(key);

    /// <summary>Allows the key with this value only.</summary>
    public void RequireOnly(string key, object expected)
    {
        if (Find(key) is { } value && !(value.Equals(expected) || (Number(value) is { } number && number == Number(expected))))
        {
            throw Refusal(key, $"{expected}", value);
        }
    }

    /// <summary>Refuses every key of the architecture that was not read, unless its value is false or 0.</summary>
    public void RefuseUnknownKeys()
    {
        foreach (var (key, value) in file.Metadata)
        {
            var ours = key.StartsWith($"{architecture}.", StringComparison.Ordinal);
            if (ours && !_known.Contains(key) && value is not false && Number(value) is not 0)
            {
                throw new ModelFileRejection(file.Path, key, "no such key: it may change the computation and is not supported", Describe(value));
            }
        }
    }

    public ModelFileRejection Refusal(string key, string expected, object found) =>
        new(file.Path, $"{architecture}.{key}", expected, Describe(found));

    /// <summary>The value as a number; null for any other type.</summary>
    public static double? Number(object value) => value is byte or sbyte or ushort or short or uint or int or ulong or long or float or double
        ? Convert.ToDouble(value, CultureInfo.InvariantCulture)
        : null;

    private static string Describe(object value) => value is Array array ? $"an array of {array.Length}" : $"{value}";

    private object? Find(string key)
    {
        _known.Add($"{architecture}.{key}");
        return file.Metadata.GetValueOrDefault($"{architecture}.{key}");
    }
}
