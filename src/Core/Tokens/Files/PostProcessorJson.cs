using System.Text.Json;

namespace CoLA.Core.Tokens.Files;

/// <summary>Reads the post-processor of a tokenizer.json: the special tokens before and after a text.</summary>
internal static class PostProcessorJson
{
    /// <summary>The token ids before and after a text.</summary>
    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(ModelJson file)
    {
        List<int> prefix = [], suffix = [];
        foreach (var step in PipelineJson.Flatten(file, ModelJson.Member(file.Root, "post_processor"), "post_processor", "processors"))
        {
            switch (file.Text(step, "post_processor", "type"))
            {
                case "ByteLevel":
                    break;
                case "TemplateProcessing":
                    ReadTemplate(file, step, prefix, suffix);
                    break;
                case var other:
                    throw file.Refuse("post_processor.type", "TemplateProcessing, ByteLevel or a Sequence of them", other);
            }
        }

        return (prefix, suffix);
    }

    private static void ReadTemplate(ModelJson file, JsonElement step, List<int> prefix, List<int> suffix)
    {
        const string Key = "post_processor.single";
        var afterText = false;
        foreach (var item in file.Required(step, "post_processor", "single", JsonValueKind.Array).EnumerateArray())
        {
            if (ModelJson.Member(item, "Sequence") is not null)
            {
                afterText = afterText ? throw file.Refuse(Key, "the text once", "twice") : true;
                continue;
            }

            var name = file.Text(file.Required(item, Key, "SpecialToken", JsonValueKind.Object), Key, "id");
            var tokens = file.Required(step, "post_processor", "special_tokens", JsonValueKind.Object);
            var ids = file.Required(file.Required(tokens, "post_processor.special_tokens", name, JsonValueKind.Object), Key, "ids", JsonValueKind.Array);
            (afterText ? suffix : prefix).AddRange(ids.EnumerateArray().Select(id => id.GetInt32()));
        }
    }
}
