using System.Text.Json;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens;
using CoLA.Core.Tokens.Chat;
using CoLA.Core.Weights.Gguf;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Tokens;

/// <summary>A tokenizer from GGUF metadata gives the ids of the tokenizer.json that the metadata was made from.</summary>
public sealed class GgufTokenizerTests
{
    /// <summary>ggml's token types.</summary>
    private const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Byte = 6;

    public static IEnumerable<TheoryDataRow<string>> Tokenizers() =>
        SharedMaterial.Folders("tokenizers", "tokenizer.json", "goldens.json")
            .Select(name => $"tokenizers/{name}")
            .Concat(SharedMaterial.Folders("models", "tokenizer.json").Select(name => $"models/{name}"))
            .Where(path => CanBeWritten(Read(path).GetProperty("added_tokens")))
            .Select(path => new TheoryDataRow<string>(path));

    public static IEnumerable<TheoryDataRow<string, string>> GgufModels() =>
        SharedMaterial.Folders("models", "tokenizer.json")
            .SelectMany(model => SharedMaterial.Files($"models/{model}", "*.gguf").Select(file => new TheoryDataRow<string, string>(model, file)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokenizers))]
    public void FromGguf_MetadataOfATokenizerJson_GivesItsIds(string path)
    {
        AssertSame(Tokenizer.FromDirectory(SharedMaterial.PathOf(path.Split('/')))!, Tokenizer.FromGguf("model.gguf", Metadata(Read(path)))!);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(GgufModels))]
    public void FromGguf_ModelThatAlsoHasATokenizerJson_GivesItsIds(string model, string file)
    {
        using var gguf = GgufFile.Open(SharedMaterial.PathOf("models", model, file));

        AssertSame(Tokenizer.FromDirectory(SharedMaterial.PathOf("models", model))!, Tokenizer.FromGguf(gguf.Path, gguf.Metadata)!);
    }

    [Fact]
    public void FromGguf_EndsAndTemplate_AreRead()
    {
        var tokenizer = Tokenizer.FromGguf("model.gguf", new Dictionary<string, object>
        {
            ["tokenizer.ggml.model"] = "gpt2",
            ["tokenizer.ggml.pre"] = "gpt-2",
            ["tokenizer.ggml.tokens"] = new[] { "a", "b", "ab", "<s>", "</s>", "<turn>" },
            ["tokenizer.ggml.token_type"] = new[] { Normal, Normal, Normal, Control, Control, UserDefined },
            ["tokenizer.ggml.merges"] = new[] { "a b" },
            ["tokenizer.ggml.bos_token_id"] = 3u,
            ["tokenizer.ggml.eos_token_id"] = 4u,
            ["tokenizer.ggml.eot_token_id"] = 5u,
            ["tokenizer.ggml.add_bos_token"] = true,
            ["tokenizer.chat_template"] =
                "{% for message in messages %}{{ '<' + message['role'] + '>' + message['content'] + eos_token }}{% endfor %}"
                    + "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}",
        })!;

        Assert.Equal((3, 4), (tokenizer.BosId, tokenizer.EosId));
        Assert.Equal([4, 5], tokenizer.EosIds.Order());
        Assert.Equal([3, 2, 5, 0], tokenizer.Encode("ab<turn>a", addSpecialTokens: true));
        Assert.Equal("ab<turn>", tokenizer.Decode([3, 2, 5], skipSpecialTokens: true));
        Assert.Equal("<user>a</s>", tokenizer.ChatTemplate!.Render([new ChatMessage("user", "a")], addGenerationPrompt: false));
    }

    [Theory]
    [InlineData("none")]
    [InlineData(null)]
    public void FromGguf_NoTokenizer_IsNull(string? model)
    {
        Assert.Null(Tokenizer.FromGguf("model.gguf", model is null ? [] : new Dictionary<string, object> { ["tokenizer.ggml.model"] = model }));
    }

    [Theory]
    [InlineData("tokenizer.ggml.model", "bert", "bert")]
    [InlineData("tokenizer.ggml.pre", "deepseek-llm", "deepseek-llm")]
    [InlineData("tokenizer.ggml.pre", null, "nothing")]
    [InlineData("tokenizer.ggml.tokens", null, "nothing")]
    [InlineData("tokenizer.ggml.merges", "text", "String")]
    [InlineData("tokenizer.ggml.eos_token_id", 7, "7")]
    public void FromGguf_UnsupportedFeature_IsRefusedByName(string key, object? value, string found)
    {
        var metadata = new Dictionary<string, object>
        {
            ["tokenizer.ggml.model"] = "gpt2",
            ["tokenizer.ggml.pre"] = "gpt-2",
            ["tokenizer.ggml.tokens"] = new[] { "a" },
            ["tokenizer.ggml.merges"] = Array.Empty<string>(),
        };
        metadata.Remove(key);
        if (value is not null)
        {
            metadata.Add(key, value);
        }

        var rejection = Assert.Throws<ModelFileRejection>(() => Tokenizer.FromGguf("model.gguf", metadata));

        Assert.Equal(("model.gguf", key, found), (rejection.File, rejection.Tensor, rejection.Found));
    }

    private static void AssertSame(Tokenizer expected, Tokenizer found)
    {
        string[] texts = ["", " ", "a", "Hello, World! 123 don't", "<s> x </s><|im_end|><|endoftext|>", "e\u0301 \u00A0中文 😀𝒳\n\n  two", "\t tab\r\n"];
        foreach (var text in texts.Concat(Enumerable.Range(0, 20).Select(seed => TokenizerTests.RandomText(seed, 60))))
        {
            var ids = expected.Encode(text, addSpecialTokens: false);
            Assert.Equal(ids, found.Encode(text, addSpecialTokens: false));
            Assert.Equal(expected.Decode(ids, skipSpecialTokens: true), found.Decode(ids, skipSpecialTokens: true));
        }
    }

    /// <summary>GGUF does not store whether an added token includes the white space around it.</summary>
    private static bool CanBeWritten(JsonElement added) =>
        added.EnumerateArray().All(token => !token.GetProperty("rstrip").GetBoolean() && !token.GetProperty("lstrip").GetBoolean());

    private static Dictionary<string, object> Metadata(JsonElement tokenizer)
    {
        var model = tokenizer.GetProperty("model");
        var added = tokenizer.GetProperty("added_tokens").EnumerateArray().ToDictionary(token => token.GetProperty("id").GetInt32());
        var tokens = model.GetProperty("vocab").EnumerateObject().Select(token => (Id: token.Value.GetInt32(), Text: token.Name))
            .UnionBy(added.Select(token => (Id: token.Key, Text: token.Value.GetProperty("content").GetString()!)), token => token.Id)
            .OrderBy(token => token.Id).ToList();
        var merges = model.GetProperty("merges").EnumerateArray().Select(merge => merge.ValueKind == JsonValueKind.String
            ? merge.GetString()!
            : string.Join(' ', merge.EnumerateArray().Select(part => part.GetString()))).ToArray();
        var ranks = merges.Index().DistinctBy(merge => merge.Item.Replace(" ", "", StringComparison.Ordinal))
            .ToDictionary(merge => merge.Item.Replace(" ", "", StringComparison.Ordinal), merge => merge.Index);
        var sentencePiece = model.TryGetProperty("byte_fallback", out var fallback) && fallback.GetBoolean();
        return new Dictionary<string, object>
        {
            ["tokenizer.ggml.model"] = sentencePiece ? "llama" : "gpt2",
            ["tokenizer.ggml.pre"] = Pre(tokenizer),
            ["tokenizer.ggml.tokens"] = tokens.Select(token => token.Text).ToArray(),
            ["tokenizer.ggml.token_type"] = tokens.Select(token => Type(token.Id, token.Text, added)).ToArray(),
            ["tokenizer.ggml.merges"] = merges,

            // The merges of a converted SentencePiece vocabulary are in the order of the scores of the merged tokens.
            ["tokenizer.ggml.scores"] = tokens.Select(token => -(float)ranks.GetValueOrDefault(token.Text, merges.Length)).ToArray(),
        };
    }

    private static int Type(int id, string text, Dictionary<int, JsonElement> added) =>
        text == "<unk>" ? Unknown
        : added.TryGetValue(id, out var token) ? token.GetProperty("special").GetBoolean() ? Control : UserDefined
        : text.StartsWith("<0x", StringComparison.Ordinal) && text.Length == 6 ? Byte
        : Normal;

    private static string Pre(JsonElement tokenizer)
    {
        var (normalizer, preTokenizer) = (tokenizer.GetProperty("normalizer").ToString(), tokenizer.GetProperty("pre_tokenizer").ToString());
        return normalizer.Contains("NFC", StringComparison.Ordinal) ? "qwen2" : preTokenizer.Contains("Digits", StringComparison.Ordinal) ? "smollm" : "gpt-2";
    }

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedMaterial.PathOf([.. path.Split('/'), "tokenizer.json"])));
        return document.RootElement.Clone();
    }
}
