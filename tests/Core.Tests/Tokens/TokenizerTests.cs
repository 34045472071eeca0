using System.Diagnostics;
using System.Text.Json.Nodes;
using CoLA.Core.Tokens;
using CoLA.Core.Tokens.Chat;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Tokens;

public sealed class TokenizerTests
{
    [Fact]
    public void Encode_VocabularyOfBytesWithoutMerges_GivesTheBytes()
    {
        var tokenizer = TokenizerFiles.Load(TokenizerFiles.Bytes());
        const string Text = "sort: xzhsd = dhsxz\n é中😀\0\u00AD";

        Assert.Equal(TokenizerFiles.ByteIds(Text), tokenizer.Encode(Text, addSpecialTokens: true));
        Assert.Equal(Text, tokenizer.Decode(TokenizerFiles.ByteIds(Text), skipSpecialTokens: true));
        Assert.Equal(258, tokenizer.VocabularySize);
    }

    [Fact]
    public void Encode_SpecialTokenInTheText_IsOneToken()
    {
        var tokenizer = TokenizerFiles.Load(TokenizerFiles.Bytes());

        Assert.Equal([97, 256, 98, 257, 257], tokenizer.Encode("a<|endoftext|>b<|end|><|end|>", addSpecialTokens: false));
        Assert.Equal("ab", tokenizer.Decode([97, 256, 98, 257], skipSpecialTokens: true));
        Assert.Equal("a<|endoftext|>b", tokenizer.Decode([97, 256, 98], skipSpecialTokens: false));
    }

    [Fact]
    public void Encode_AddedTokensWithFlags_IncludeSpaceAndMatchOutsideWords()
    {
        var file = TokenizerFiles.Bytes();
        file["added_tokens"] = new JsonArray(
            TokenizerFiles.Added(256, "<l>", left: true),
            TokenizerFiles.Added(257, "<r>", right: true),
            TokenizerFiles.Added(258, "word", word: true),
            TokenizerFiles.Added(259, "<l><r>", special: false));
        var tokenizer = TokenizerFiles.Load(file);

        Assert.Equal([97, 256, 32, 98], tokenizer.Encode("a \t<l> b", addSpecialTokens: false));
        Assert.Equal([97, 32, 257, 98], tokenizer.Encode("a <r> \n b", addSpecialTokens: false));
        Assert.Equal([257, 256], tokenizer.Encode("<r>  <l>", addSpecialTokens: false));
        Assert.Equal([258, 32, .. TokenizerFiles.ByteIds("wordy 中word ("), 258, 41], tokenizer.Encode("word wordy 中word (word)", addSpecialTokens: false));
        Assert.Equal([259], tokenizer.Encode("<l><r>", addSpecialTokens: false));
        Assert.Equal("<l><r>", tokenizer.Decode([259, 256], skipSpecialTokens: true));
    }

    [Fact]
    public void Encode_NormalizedAddedToken_IsFoundInTheNormalizedText()
    {
        var file = TokenizerFiles.Bytes();
        file["normalizer"] = new JsonObject { ["type"] = "NFC" };
        file["added_tokens"] = new JsonArray(TokenizerFiles.Added(256, "é", normalized: true), TokenizerFiles.Added(257, "ö"));
        var tokenizer = TokenizerFiles.Load(file);

        Assert.Equal([256, 257], tokenizer.Encode("e\u0301ö", addSpecialTokens: false));
        Assert.Equal(TokenizerFiles.ByteIds("ö"), tokenizer.Encode("o\u0308", addSpecialTokens: false));
    }

    [Fact]
    public void Encode_SentencePieceForm_PrependsTheSpaceAndFallsBackToBytes()
    {
        var tokenizer = TokenizerFiles.Load(TokenizerFiles.Pieces());

        // Pieces: 259 ▁, 260 a, 261 b, 262 c, 263 ▁a, 264 ab, 265 abc, 266 ▁abc, 267 é.
        Assert.Equal([1, 263, 261, 262], tokenizer.Encode("abc", addSpecialTokens: true));
        Assert.Equal([259, 3 + 0xE4, 3 + 0xB8, 3 + 0xAD, 267], tokenizer.Encode("中é", addSpecialTokens: false));
        Assert.Equal("中é a", tokenizer.Decode([259, 3 + 0xE4, 3 + 0xB8, 3 + 0xAD, 267, 263], skipSpecialTokens: true));
    }

    [Fact]
    public void Encode_IgnoreMerges_KeepsWordsOfTheVocabularyWhole()
    {
        var file = TokenizerFiles.Bytes();
        var model = file["model"]!.AsObject();
        model["vocab"]!.AsObject()["abc"] = 300;
        model["vocab"]!.AsObject()["bc"] = 301;
        model["merges"] = new JsonArray(new JsonArray("b", "c"));
        Assert.Equal([97, 301], TokenizerFiles.Load(file).Encode("abc", addSpecialTokens: false));

        model["ignore_merges"] = true;
        Assert.Equal([300], TokenizerFiles.Load(file).Encode("abc", addSpecialTokens: false));
        Assert.Equal([97, 97, 301], TokenizerFiles.Load(file).Encode("aabc", addSpecialTokens: false));
    }

    [Fact]
    public void Encode_Metaspace_FollowsThePrependScheme()
    {
        var file = TokenizerFiles.Pieces();
        file["normalizer"] = null;
        foreach (var (scheme, start, inside) in new[] { ("always", 263, 263), ("first", 263, 260), ("never", 260, 260) })
        {
            file["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = scheme, ["split"] = false };
            file["decoder"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = scheme };
            var tokenizer = TokenizerFiles.Load(file);

            Assert.Equal([start, 1, inside], tokenizer.Encode("a<s>a", addSpecialTokens: false));
            Assert.Equal(scheme == "never" ? " a a" : "a a", tokenizer.Decode([263, 263], skipSpecialTokens: true));
        }
    }

    [Fact]
    public void EncodeSegments_LaterSegments_GetNoPrependedSpace()
    {
        var tokenizer = TokenizerFiles.Load(TokenizerFiles.Pieces());

        var ids = tokenizer.EncodeSegments([new ChatSegment("<s>a", false), new ChatSegment(" a</s>", true)]);

        Assert.Equal([(1, false), (263, false), (263, true), (2, true)], ids);
    }

    [Fact]
    public void Encode_LoneSurrogate_BecomesTheReplacementCharacter()
    {
        var tokenizer = TokenizerFiles.Load(TokenizerFiles.Bytes());

        Assert.Equal(TokenizerFiles.ByteIds("a\uFFFDb"), tokenizer.Encode("a\uD800b", addSpecialTokens: false));
    }

    [Fact]
    public void Decode_IdsWithoutAToken_AddNothing()
    {
        var tokenizer = TokenizerFiles.Load(TokenizerFiles.Bytes());

        Assert.Equal("ab", tokenizer.Decode([97, -1, 100_000, 98], skipSpecialTokens: true));
    }

    [Fact]
    public async Task Encode_FromManyThreads_EqualsASingleThread()
    {
        var tokenizer = AnyTokenizer();
        var texts = Enumerable.Range(0, 64).Select(seed => RandomText(seed, 300)).ToList();
        var expected = texts.Select(text => tokenizer.Encode(text, addSpecialTokens: true)).ToList();

        var found = await Task.WhenAll(texts.Concat(texts).Select(text => Task.Run(
            () => tokenizer.Encode(text, addSpecialTokens: true), TestContext.Current.CancellationToken)));

        Assert.Equal(expected.Concat(expected), found);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Encode_OneWordOfAMillionCharacters_IsNotQuadratic(bool byteLevel)
    {
        var file = byteLevel ? TokenizerFiles.Bytes() : TokenizerFiles.Pieces();
        if (byteLevel)
        {
            file["model"]!["vocab"]!["ab"] = 300;
            file["model"]!["merges"] = new JsonArray("a b");
        }

        var tokenizer = TokenizerFiles.Load(file);
        var text = string.Concat(Enumerable.Repeat("abc", 350_000));

        var clock = Stopwatch.StartNew();
        var ids = tokenizer.Encode(text, addSpecialTokens: false);

        // The test takes about 2 seconds; quadratic time would take minutes.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
        Assert.Equal(byteLevel ? 700_000 : 350_002, ids.Count);
        Assert.Equal(text, tokenizer.Decode(ids, skipSpecialTokens: true));
    }

    /// <summary>A real tokenizer, if the shared material has one.</summary>
    private static Tokenizer AnyTokenizer() =>
        SharedMaterial.Folders("tokenizers", "tokenizer.json") is [var first, ..]
            ? Tokenizer.FromDirectory(SharedMaterial.PathOf("tokenizers", first))!
            : TokenizerFiles.Load(TokenizerFiles.Pieces());

    internal static string RandomText(int seed, int length)
    {
        var random = new Random(seed);
        string[] pieces =
        [
            "the", " model", " ", "  ", "\n", "'s", "'LL", "1", "23", "é", "e\u0301", "中", "😀", "𝒳", "𠮷", "_", "--", "\t", "ab", "Ａ", "\r\n",
            "<", ">", "\u200d", "٣",
        ];
        return string.Concat(Enumerable.Range(0, length).Select(_ => pieces[random.Next(pieces.Length)]));
    }
}
