using System.Text.Json.Nodes;
using CoLA.Core.Tokens;

namespace CoLA.Core.Tests.Tokens;

/// <summary>Small tokenizer.json files, so that the tests run without shared material.</summary>
internal static class TokenizerFiles
{
    /// <summary>A vocabulary of the 256 bytes without merges, and two special tokens.</summary>
    public static JsonObject Bytes() => new()
    {
        ["added_tokens"] = new JsonArray(Added(256, "<|endoftext|>"), Added(257, "<|end|>")),
        ["normalizer"] = null,
        ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = true },
        ["post_processor"] = null,
        ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
        ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = ByteVocabulary(), ["merges"] = new JsonArray() },
    };

    /// <summary>The form of SentencePiece: a prepended visible space, byte fallback and a few merges.</summary>
    public static JsonObject Pieces()
    {
        var vocabulary = new JsonObject { ["<unk>"] = 0, ["<s>"] = 1, ["</s>"] = 2 };
        for (var value = 0; value < 256; value++)
        {
            vocabulary[$"<0x{value:X2}>"] = 3 + value;
        }

        foreach (var piece in new[] { "▁", "a", "b", "c", "▁a", "ab", "abc", "▁abc", "é" })
        {
            vocabulary[piece] = vocabulary.Count;
        }

        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(Added(0, "<unk>"), Added(1, "<s>"), Added(2, "</s>")),
            ["normalizer"] = Sequence("normalizers",
                new JsonObject { ["type"] = "Prepend", ["prepend"] = "▁" },
                new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = "▁" }),
            ["pre_tokenizer"] = null,
            ["post_processor"] = JsonNode.Parse("""
                {"type": "TemplateProcessing",
                 "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                 "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}
                """),
            ["decoder"] = Sequence("decoders",
                new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "▁" }, ["content"] = " " },
                new JsonObject { ["type"] = "ByteFallback" },
                new JsonObject { ["type"] = "Fuse" },
                new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["unk_token"] = "<unk>",
                ["fuse_unk"] = true,
                ["byte_fallback"] = true,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray("▁ a", "a b", "ab c", "▁ abc"),
            },
        };
    }

    public static JsonObject Added(
        int id, string content, bool special = true, bool left = false, bool right = false, bool word = false, bool normalized = false) => new()
        {
            ["id"] = id,
            ["content"] = content,
            ["special"] = special,
            ["lstrip"] = left,
            ["rstrip"] = right,
            ["single_word"] = word,
            ["normalized"] = normalized,
        };

    public static JsonObject Sequence(string members, params JsonNode[] steps) => new() { ["type"] = "Sequence", [members] = new JsonArray(steps) };

    /// <summary>The tokenizer of a directory that holds these files.</summary>
    public static Tokenizer Load(JsonObject tokenizer, params (string Name, string Content)[] beside)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("tokenizer.json", tokenizer.ToJsonString());
        foreach (var (name, content) in beside)
        {
            directory.Write(name, content);
        }

        return Tokenizer.FromDirectory(directory.Path)!;
    }

    /// <summary>The token id of each byte of a text under <see cref="Bytes"/>.</summary>
    public static int[] ByteIds(string text) => [.. System.Text.Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    private static JsonObject ByteVocabulary()
    {
        var vocabulary = new JsonObject();
        var further = 256;
        for (var value = 0; value < 256; value++)
        {
            var visible = value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174);
            vocabulary[((char)(visible ? value : further++)).ToString()] = value;
        }

        return vocabulary;
    }
}
