using System.Text.Json;
using CoLA.Core.Tokens;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Tokens;

/// <summary>Encodes and decodes texts and compares the results with other software.</summary>
public sealed class TokenizerGoldenTests
{
    public static IEnumerable<TheoryDataRow<string>> Tokenizers() =>
        SharedMaterial.Folders("tokenizers", "tokenizer.json", "goldens.json").Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> Models() =>
        SharedMaterial.Folders("goldens", "golden_encodings.json")
            .Where(name => File.Exists(SharedMaterial.PathOf("models", name, "tokenizer.json")))
            .Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> SentencePieceModels() =>
        SharedMaterial.Folders("goldens", "golden_encodings.json")
            .Where(name => File.Exists(SharedMaterial.PathOf("models", name, "tokenizer.model")))
            .Select(name => new TheoryDataRow<string>(name));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokenizers))]
    public void Encode_EveryGoldenText_GivesTheSameIdsAndText(string name)
    {
        var tokenizer = Tokenizer.FromDirectory(SharedMaterial.PathOf("tokenizers", name))!;
        foreach (var golden in Goldens("tokenizers", name, "goldens.json"))
        {
            var text = golden.GetProperty("text").GetString()!;
            var ids = Ids(golden, "ids");
            Assert.Equal(ids, tokenizer.Encode(text, addSpecialTokens: true));
            Assert.Equal(Ids(golden, "ids_no_special"), tokenizer.Encode(text, addSpecialTokens: false));
            AssertDecodes(tokenizer, ids, golden, "decoded", skipSpecialTokens: true);
            AssertDecodes(tokenizer, ids, golden, "decoded_with_special", skipSpecialTokens: false);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Models))]
    public void Encode_EveryGoldenTextOfAModel_GivesTheSameIdsAndText(string name)
    {
        var tokenizer = Tokenizer.FromDirectory(SharedMaterial.PathOf("models", name))!;
        foreach (var golden in Goldens("goldens", name, "golden_encodings.json"))
        {
            var key = golden.TryGetProperty("ids", out _) ? "ids" : "ids_hf_tokenizers";
            var ids = Ids(golden, key);
            Assert.Equal(ids, tokenizer.Encode(golden.GetProperty("text").GetString()!, addSpecialTokens: true));
            AssertDecodes(tokenizer, ids, golden, "decoded", skipSpecialTokens: false);
            AssertDecodes(tokenizer, ids, golden, "decoded_without_special", skipSpecialTokens: true);
            AssertDecodes(tokenizer, ids, golden, "decoded_hf", skipSpecialTokens: true);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SentencePieceModels))]
    public void Encode_EveryGoldenTextWithTheTokenizerModelAlone_GivesTheSameIdsAndText(string name)
    {
        using var directory = new TemporaryDirectory();
        File.Copy(SharedMaterial.PathOf("models", name, "tokenizer.model"), Path.Combine(directory.Path, "tokenizer.model"));
        var tokenizer = Tokenizer.FromDirectory(directory.Path)!;
        foreach (var golden in Goldens("goldens", name, "golden_encodings.json"))
        {
            var ids = Ids(golden, "ids_sentencepiece");
            Assert.Equal(ids, tokenizer.Encode(golden.GetProperty("text").GetString()!, addSpecialTokens: true));
            Assert.Equal(ids.Skip(1), tokenizer.Encode(golden.GetProperty("text").GetString()!, addSpecialTokens: false));
            AssertDecodes(tokenizer, ids, golden, "decoded_sp", skipSpecialTokens: true);
        }
    }

    private static List<JsonElement> Goldens(params string[] path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedMaterial.PathOf(path)));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    private static int[] Ids(JsonElement golden, string key) => [.. golden.GetProperty(key).EnumerateArray().Select(id => id.GetInt32())];

    private static void AssertDecodes(Tokenizer tokenizer, int[] ids, JsonElement golden, string key, bool skipSpecialTokens)
    {
        if (!golden.TryGetProperty(key, out var decoded))
        {
            return;
        }

        Assert.Equal(decoded.GetString(), tokenizer.Decode(ids, skipSpecialTokens));
        var decoder = tokenizer.CreateDecoder(skipSpecialTokens);
        var pushed = ids.Select(decoder.Push).ToList();
        Assert.DoesNotContain(pushed, text => text.Contains('\uFFFD', StringComparison.Ordinal) || (text.Length > 0 && char.IsHighSurrogate(text[^1])));
        Assert.Equal(decoded.GetString(), string.Concat(pushed) + decoder.Flush());
    }
}
