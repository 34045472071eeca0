using CoLA.Core.Tokens;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Tokens;

public sealed class IncrementalDecoderTests
{
    private static readonly Tokenizer Bytes = TokenizerFiles.Load(TokenizerFiles.Bytes());
    private static readonly Tokenizer Pieces = TokenizerFiles.Load(TokenizerFiles.Pieces());

    public static IEnumerable<TheoryDataRow<string>> Tokenizers() =>
        SharedMaterial.Folders("tokenizers", "tokenizer.json").Select(name => new TheoryDataRow<string>(name));

    [Fact]
    public void Push_BytesOfOneCharacter_GivesTheCharacterWithTheLastByte()
    {
        var decoder = Bytes.CreateDecoder(skipSpecialTokens: true);

        Assert.Equal(["", "", "", "😀", "a"], TokenizerFiles.ByteIds("😀a").Select(decoder.Push));
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void Flush_HalfACharacter_GivesTheReplacementCharacter()
    {
        var decoder = Bytes.CreateDecoder(skipSpecialTokens: true);

        Assert.Equal(["", ""], new[] { 0xF0, 0x9F }.Select(decoder.Push));
        Assert.Equal("\uFFFD", decoder.Flush());
    }

    [Fact]
    public void Push_BrokenBytes_AreReplacedAsSoonAsTheyCannotBecomeACharacter()
    {
        var decoder = Bytes.CreateDecoder(skipSpecialTokens: true);
        Assert.Equal(["", "\uFFFDa", "\uFFFD", ""], new[] { 0xE4, 'a', 0xFF, 0xC3 }.Select(decoder.Push));

        // Byte fallback replaces each byte, as HuggingFace's decoder does for a run without a whole character.
        Assert.Equal("\uFFFD\uFFFDa", Pieces.Decode([3 + 0xE4, 3 + 0xB8, 260], skipSpecialTokens: true));
    }

    [Fact]
    public void Push_SpecialTokenWithinACharacter_IsSkippedOnlyWhenAsked()
    {
        var skipping = Bytes.CreateDecoder(skipSpecialTokens: true);
        Assert.Equal("é", string.Concat(new[] { 0xC3, 256, 0xA9 }.Select(skipping.Push)));

        Assert.Equal("\uFFFD<|endoftext|>\uFFFD", Bytes.Decode([0xC3, 256, 0xA9], skipSpecialTokens: false));
    }

    [Fact]
    public void Push_SentencePieceSpace_IsDroppedOnlyAtTheStart()
    {
        // 259 is ▁, 263 is ▁a, 1 is <s>.
        Assert.Equal("a a", Pieces.Decode([1, 263, 263], skipSpecialTokens: true));
        Assert.Equal(" a", Pieces.Decode([259, 263], skipSpecialTokens: true));
        Assert.Equal("<s> a", Pieces.Decode([1, 263], skipSpecialTokens: false));

        var decoder = Pieces.CreateDecoder(skipSpecialTokens: true);
        Assert.Equal(["", "", " a"], new[] { 1, 259, 263 }.Select(decoder.Push));
    }

    [Fact]
    public void Push_TextThatContinues_KeepsItsSpace()
    {
        Assert.Equal(" a", Pieces.CreateDecoder(skipSpecialTokens: true, continuesText: true).Push(263));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokenizers))]
    public void Push_AnyIds_ConcatenatesToTheDecodedText(string name)
    {
        var tokenizer = Tokenizer.FromDirectory(SharedMaterial.PathOf("tokenizers", name))!;
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            var ids = Enumerable.Range(0, 200).Select(_ => random.Next(round % 2 == 0 ? 300 : tokenizer.VocabularySize)).ToList();
            var skip = round % 3 == 0;
            var decoder = tokenizer.CreateDecoder(skip);

            var pushed = ids.Select(decoder.Push).ToList();

            Assert.DoesNotContain(pushed, text => text.Length > 0 && (char.IsHighSurrogate(text[^1]) || char.IsLowSurrogate(text[0])));
            Assert.Equal(tokenizer.Decode(ids, skip), string.Concat(pushed) + decoder.Flush());
        }
    }
}
