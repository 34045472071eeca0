using System.Text.Json.Nodes;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens;
using Xunit;

namespace CoLA.Core.Tests.Tokens;

/// <summary>An unsupported feature that would change token ids is refused by name.</summary>
public sealed class TokenizerRefusalTests
{
    [Theory]
    [InlineData("model", """{"type": "Unigram", "vocab": []}""", "model.type", "Unigram")]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": 0.1}""", "model.dropout", "0.1")]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": 0}, "merges": [], "end_of_word_suffix": "</w>"}""", "model.end_of_word_suffix", "</w>")]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}""", "model.merges", "'b' in 'a b'")]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": -1}, "merges": []}""", "model.vocab.a", "-1")]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": "?"}""", "model.unk_token", "?")]
    [InlineData("normalizer", """{"type": "BertNormalizer"}""", "normalizer.type", "BertNormalizer")]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}""", "normalizer.type", "Lowercase")]
    [InlineData("pre_tokenizer", """{"type": "Whitespace"}""", "pre_tokenizer.type", "Whitespace")]
    [InlineData(
        "pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "[a-z&&[^b]]"}, "behavior": "Isolated"}""", "pre_tokenizer.pattern", "character class")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "\\p{L}++"}, "behavior": "Isolated"}""", "pre_tokenizer.pattern", "++")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"String": "a"}, "behavior": "Sideways"}""", "pre_tokenizer.behavior", "Sideways")]
    [InlineData("pre_tokenizer", """{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]}""", "pre_tokenizer", "Digits")]
    [InlineData("post_processor", """{"type": "BertProcessing"}""", "post_processor.type", "BertProcessing")]
    [InlineData("decoder", """{"type": "WordPiece"}""", "decoder.type", "WordPiece")]
    [InlineData("decoder", null, "decoder", "none")]
    [InlineData("decoder", """{"type": "Strip", "content": " ", "start": 1, "stop": 0}""", "decoder", "Strip")]
    public void FromDirectory_UnsupportedPart_IsRefusedByName(string part, string? content, string key, string found)
    {
        var file = TokenizerFiles.Bytes();
        file[part] = content is null ? null : JsonNode.Parse(content);

        var rejection = Assert.Throws<ModelFileRejection>(() => TokenizerFiles.Load(file));

        Assert.EndsWith("tokenizer.json", rejection.File, StringComparison.Ordinal);
        Assert.Equal(key, rejection.Tensor);
        Assert.Contains(found, rejection.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.json", "{\"model\": ")]
    [InlineData("tokenizer.json", "[]")]
    [InlineData("tokenizer.json", "{}")]
    [InlineData("tokenizer.model", "this is no protobuf")]
    public void FromDirectory_DamagedFile_IsRefusedByName(string name, string content)
    {
        using var directory = new TemporaryDirectory();
        directory.Write(name, content);

        var rejection = Assert.Throws<ModelFileRejection>(() => Tokenizer.FromDirectory(directory.Path));

        Assert.EndsWith(name, rejection.File, StringComparison.Ordinal);
    }
}
