using System.Text.Json;
using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens.Files;

/// <summary>Reads the decoder of a tokenizer.json.</summary>
internal static class DecoderJson
{
    private const string Key = "decoder";

    /// <summary>The decoder.</summary>
    /// <exception cref="Rejections.ModelFileRejection">There is no decoder, or a step is not supported.</exception>
    public static DecoderSpec Read(ModelJson file)
    {
        var spec = new DecoderSpec();
        var fused = false;
        var steps = PipelineJson.Flatten(file, ModelJson.Member(file.Root, Key), Key, "decoders").ToList();
        if (steps.Count == 0)
        {
            throw file.Refuse(Key, "a decoder", "none");
        }

        foreach (var step in steps)
        {
            var type = file.Text(step, Key, "type");
            if (fused && type is not ("Fuse" or "Strip"))
            {
                throw file.Refuse(Key, "only Strip after Fuse", type);
            }

            fused |= type == "Fuse";
            spec = type switch
            {
                "ByteLevel" => spec with { ByteLevel = true },
                "ByteFallback" => spec with { ByteFallback = true },
                "Fuse" => spec,
                "Replace" => spec with { Replacements = [.. spec.Replacements, Replacement(file, step)] },
                "Strip" => spec with { LeadingSpaces = spec.LeadingSpaces + Strip(file, step, fused) },
                "Metaspace" => spec with
                {
                    Metaspace = file.Text(step, Key, "replacement"),
                    KeepsFirstMetaspace = PipelineJson.Prepend(file, step, Key) == MetaspacePrepend.Never,
                },
                var other => throw file.Refuse($"{Key}.type", "ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace or a Sequence of them", other),
            };
        }

        if (spec is { ByteLevel: true } and not { Replacements.Count: 0, LeadingSpaces: 0, Metaspace: null, ByteFallback: false })
        {
            throw file.Refuse(Key, "ByteLevel alone", string.Join(", ", steps.Select(step => file.Text(step, Key, "type"))));
        }

        return spec;
    }

    private static (string Pattern, string Content) Replacement(ModelJson file, JsonElement step) => (
        file.Text(file.Required(step, Key, "pattern", JsonValueKind.Object), $"{Key}.pattern", "String"),
        file.Text(step, Key, "content"));

    private static int Strip(ModelJson file, JsonElement step, bool fused) =>
        fused && file.Text(step, Key, "content") == " " && file.Integer(step, Key, "stop") == 0
            ? file.Integer(step, Key, "start")
            : throw file.Refuse(Key, "Strip of spaces at the start of the text, after Fuse", step.ToString());
}
