using System.Text.Json;
using System.Text.RegularExpressions;
using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens.Files;

/// <summary>Reads the normalizer and the pre-tokenizer of a tokenizer.json.</summary>
internal static class PipelineJson
{
    /// <summary>The normalizers, in the order in which they apply.</summary>
    public static IReadOnlyList<ITextNormalizer> Normalizers(ModelJson file) =>
        [.. Flatten(file, ModelJson.Member(file.Root, "normalizer"), "normalizer", "normalizers").Select(step => Normalizer(file, step))];

    /// <summary>The pre-tokenizers, in the order in which they apply.</summary>
    /// <param name="file">The tokenizer.json.</param>
    /// <param name="byteLevel">Whether words are written in the byte alphabet afterwards.</param>
    public static IReadOnlyList<IPreTokenizer> PreTokenizers(ModelJson file, out bool byteLevel)
    {
        var steps = Flatten(file, ModelJson.Member(file.Root, "pre_tokenizer"), "pre_tokenizer", "pretokenizers").ToList();
        var bytes = steps.FindIndex(step => file.Text(step, "pre_tokenizer", "type") == "ByteLevel");
        if (bytes >= 0 && bytes < steps.Count - 1)
        {
            throw file.Refuse("pre_tokenizer", "ByteLevel as the last step", file.Text(steps[bytes + 1], "pre_tokenizer", "type") + " after it");
        }

        byteLevel = bytes >= 0;
        return [.. steps.Select(step => PreTokenizer(file, step))];
    }

    /// <summary>The steps of a sequence, including nested sequences; the step itself where it is not a sequence; none where it is null.</summary>
    public static IEnumerable<JsonElement> Flatten(ModelJson file, JsonElement? step, string key, string members) =>
        step is not { } element
            ? []
            : file.Text(element, key, "type") == "Sequence"
                ? file.Required(element, key, members, JsonValueKind.Array).EnumerateArray().SelectMany(inner => Flatten(file, inner, key, members))
                : [element];

    private static ITextNormalizer Normalizer(ModelJson file, JsonElement step) =>
        file.Text(step, "normalizer", "type") switch
        {
            "NFC" => CanonicalComposition.Instance,
            "Prepend" => new PrependNormalizer(file.Text(step, "normalizer", "prepend")),
            "Replace" => new ReplaceNormalizer(
                file.Text(file.Required(step, "normalizer", "pattern", JsonValueKind.Object), "normalizer.pattern", "String"),
                file.Text(step, "normalizer", "content")),
            var other => throw file.Refuse("normalizer.type", "NFC, Prepend, Replace or a Sequence of them", other),
        };

    private static IPreTokenizer PreTokenizer(ModelJson file, JsonElement step)
    {
        const string Key = "pre_tokenizer";
        return file.Text(step, Key, "type") switch
        {
            "ByteLevel" => new ByteLevelPreTokenizer(
                file.Flag(step, Key, "add_prefix_space", absent: true), file.Flag(step, Key, "use_regex", absent: true)),
            "Digits" => file.Flag(step, Key, "individual_digits", absent: false)
                ? new SplitPreTokenizer(new RuneRegex(@"\p{N}"), SplitBehavior.Isolated, invert: false)
                : new SplitPreTokenizer(new RuneRegex(@"\p{N}+"), SplitBehavior.Isolated, invert: false),
            "Split" => new SplitPreTokenizer(Pattern(file, step), Behavior(file, step), file.Flag(step, Key, "invert", absent: false)),
            "Metaspace" =>
                new MetaspacePreTokenizer(file.Text(step, Key, "replacement"), Prepend(file, step, Key), file.Flag(step, Key, "split", absent: true)),
            var other => throw file.Refuse($"{Key}.type", "ByteLevel, Digits, Split, Metaspace or a Sequence of them", other),
        };
    }

    /// <summary>When a visible space is prepended. Newer files have prepend_scheme, older files add_prefix_space.</summary>
    public static MetaspacePrepend Prepend(ModelJson file, JsonElement step, string key) =>
        ModelJson.Member(step, "prepend_scheme")?.ToString() switch
        {
            "always" => MetaspacePrepend.Always,
            "first" => MetaspacePrepend.First,
            "never" => MetaspacePrepend.Never,
            null => file.Flag(step, key, "add_prefix_space", absent: true) ? MetaspacePrepend.Always : MetaspacePrepend.Never,
            var other => throw file.Refuse($"{key}.prepend_scheme", "always, first or never", other),
        };

    private static RuneRegex Pattern(ModelJson file, JsonElement step)
    {
        const string Key = "pre_tokenizer.pattern";
        var pattern = file.Required(step, "pre_tokenizer", "pattern", JsonValueKind.Object);
        if (ModelJson.Member(pattern, "String") is not null)
        {
            return new RuneRegex(Regex.Escape(file.Text(pattern, Key, "String")));
        }

        var regex = file.Text(pattern, Key, "Regex");
        try
        {
            return new RuneRegex(regex);
        }
        catch (ArgumentException exception)
        {
            throw file.Refuse(Key, "a pattern that .NET reads as Oniguruma does", $"{regex} ({exception.Message})");
        }
    }

    private static SplitBehavior Behavior(ModelJson file, JsonElement step)
    {
        var behavior = file.Text(step, "pre_tokenizer", "behavior");
        return Enum.TryParse<SplitBehavior>(behavior, out var known)
            ? known
            : throw file.Refuse("pre_tokenizer.behavior", string.Join(", ", Enum.GetNames<SplitBehavior>()), behavior);
    }
}
