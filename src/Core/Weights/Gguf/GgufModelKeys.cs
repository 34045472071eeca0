using System.Globalization;
using CoLA.Core.Rejections;

namespace CoLA.Core.Weights.Gguf;

/// <summary>
/// Typed access to the metadata of one architecture (<c>llama.*</c>), which alone decides the computation. It remembers
/// which keys were asked for, so that in the end the others can be refused by their names.
/// </summary>
internal sealed class GgufModelKeys(GgufFile file, string architecture)
{
    private readonly HashSet<string> _understood = new(StringComparer.Ordinal);

    public int? Size(string key) => Find(key) is not { } value
        ? null
        : Number(value) is >= 1 and <= 1 << 30 and var size && double.IsInteger(size)
            ? (int)size
            : throw Refusal(key, $"a whole number in 1..{1 << 30}", value);

    public int RequiredSize(string key) => Size(key) ?? throw Refusal(key, "a whole number", "nothing");

    public double? Positive(string key) => Find(key) is not { } value
        ? null
        : Number(value) is > 0 and var number && double.IsFinite(number) ? number : throw Refusal(key, "a number above 0", value);

    public double RequiredPositive(string key) => Positive(key) ?? throw Refusal(key, "a number", "nothing");

    public string? Text(string key) => Find(key) is not { } value
        ? null
        : value as string ?? throw Refusal(key, "a text", value);

    /// <summary>The key may stand there with any value: it does not act.</summary>
    public void Ignore(string key) => Find(key);

    /// <summary>The key may stand there, but only with this value.</summary>
    public void RequireOnly(string key, object expected)
    {
        if (Find(key) is { } value && !(value.Equals(expected) || (Number(value) is { } number && number == Number(expected))))
        {
            throw Refusal(key, $"{expected}", value);
        }
    }

    /// <summary>Refuses every key of the architecture that was not asked for, unless it is false or 0.</summary>
    public void RefuseTheRest()
    {
        foreach (var (key, value) in file.Metadata)
        {
            var ours = key.StartsWith($"{architecture}.", StringComparison.Ordinal);
            if (ours && !_understood.Contains(key) && value is not false && Number(value) is not 0)
            {
                throw new ModelFileRejection(file.Path, key, "no such key: it may change the computation and is not supported", Describe(value));
            }
        }
    }

    public ModelFileRejection Refusal(string key, string expected, object found) =>
        new(file.Path, $"{architecture}.{key}", expected, Describe(found));

    /// <summary>Null for what is not a number.</summary>
    public static double? Number(object value) => value is byte or sbyte or ushort or short or uint or int or ulong or long or float or double
        ? Convert.ToDouble(value, CultureInfo.InvariantCulture)
        : null;

    private static string Describe(object value) => value is Array array ? $"an array of {array.Length}" : $"{value}";

    private object? Find(string key)
    {
        _understood.Add($"{architecture}.{key}");
        return file.Metadata.GetValueOrDefault($"{architecture}.{key}");
    }
}
