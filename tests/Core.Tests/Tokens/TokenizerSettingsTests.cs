using CoLA.Core.Rejections;
using CoLA.Core.Tokens;
using CoLA.Core.Tokens.Chat;
using Xunit;

namespace CoLA.Core.Tests.Tokens;

public sealed class TokenizerSettingsTests
{
    [Fact]
    public void FromDirectory_NoTokenizerFile_IsNull()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("config.json", "{}");

        Assert.Null(Tokenizer.FromDirectory(directory.Path));
    }

    [Theory]
    [InlineData("""{"eos_token_id": 5}""", """{"eos_token_id": 9}""", new[] { 257, 5 })]
    [InlineData("""{"eos_token_id": [5, 6]}""", null, new[] { 257, 5, 6 })]
    [InlineData(null, """{"eos_token_id": [7, 257]}""", new[] { 257, 7 })]
    [InlineData(null, """{"eos_token_id": null}""", new[] { 257 })]
    public void EosIds_FilesOfAModel_AreThoseOfTheTokenizerAndTheGeneration(string? generation, string? model, int[] expected)
    {
        List<(string, string)> files = [("tokenizer_config.json", """{"bos_token": {"content": "<|endoftext|>"}, "eos_token": "<|end|>"}""")];
        if (generation is not null)
        {
            files.Add(("generation_config.json", generation));
        }

        if (model is not null)
        {
            files.Add(("config.json", model));
        }

        var tokenizer = TokenizerFiles.Load(TokenizerFiles.Bytes(), [.. files]);

        Assert.Equal(expected.Order(), tokenizer.EosIds.Order());
        Assert.Equal(257, tokenizer.EosId);
        Assert.Equal(256, tokenizer.BosId);
    }

    [Fact]
    public void BosId_NoTokenizerConfiguration_IsThatOfTheModel()
    {
        Assert.Equal(9, TokenizerFiles.Load(TokenizerFiles.Bytes(), ("config.json", """{"bos_token_id": 9}""")).BosId);
        Assert.Null(TokenizerFiles.Load(
            TokenizerFiles.Bytes(), ("config.json", """{"bos_token_id": 9}"""), ("tokenizer_config.json", """{"bos_token": null}""")).BosId);
    }

    [Fact]
    public void Encode_AddBosToken_OverridesThePostProcessor()
    {
        const string Tokens = "\"bos_token\": \"<s>\", \"eos_token\": \"</s>\"";
        Assert.Equal([1, 263], TokenizerFiles.Load(TokenizerFiles.Pieces(), ("tokenizer_config.json", $"{{{Tokens}}}")).Encode("a", true));
        Assert.Equal(
            [263], TokenizerFiles.Load(TokenizerFiles.Pieces(), ("tokenizer_config.json", $"{{{Tokens}, \"add_bos_token\": false}}")).Encode("a", true));
        Assert.Equal(
            [1, 263, 2], TokenizerFiles.Load(TokenizerFiles.Pieces(), ("tokenizer_config.json", $"{{{Tokens}, \"add_eos_token\": true}}")).Encode("a", true));
        Assert.Equal(
            [263], TokenizerFiles.Load(TokenizerFiles.Pieces(), ("tokenizer_config.json", $"{{{Tokens}, \"add_eos_token\": true}}")).Encode("a", false));
    }

    [Fact]
    public void FromDirectory_AddBosTokenWithoutAToken_IsRefused()
    {
        var rejection = Assert.Throws<ModelFileRejection>(() =>
            TokenizerFiles.Load(TokenizerFiles.Bytes(), ("tokenizer_config.json", """{"add_bos_token": true}""")));

        Assert.Equal("add_bos_token", rejection.Tensor);
    }

    [Theory]
    [InlineData("""{"chat_template": "TEMPLATE"}""", false)]
    [InlineData("""{"chat_template": [{"name": "tool_use", "template": "x"}, {"name": "default", "template": "TEMPLATE"}]}""", false)]
    [InlineData("""{"chat_template": "x"}""", true)]
    public void ChatTemplate_InEachPossibleFile_IsFound(string configuration, bool inAFileOfItsOwn)
    {
        const string Template = "{% for message in messages %}{{ '[' + message['role'] + ']' + message['content'] + '.' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '[assistant]' }}{% endif %}";
        List<(string, string)> files = [("tokenizer_config.json", configuration.Replace("TEMPLATE", Template, StringComparison.Ordinal))];
        if (inAFileOfItsOwn)
        {
            files.Add(("chat_template.jinja", Template));
        }

        var tokenizer = TokenizerFiles.Load(TokenizerFiles.Bytes(), [.. files]);

        Assert.Equal("[user]Hi.[assistant]", tokenizer.ChatTemplate!.Render([new ChatMessage("user", "Hi")], addGenerationPrompt: true));
    }

    [Fact]
    public void ChatTemplate_NoneInTheFiles_IsNull()
    {
        Assert.Null(TokenizerFiles.Load(TokenizerFiles.Bytes()).ChatTemplate);
    }

    [Fact]
    public void Encode_TokenOfTheConfigurationThatTheVocabularyLacks_IsAdded()
    {
        const string Configuration = """{"added_tokens_decoder": {"300": {"content": "<x>", "special": true, "normalized": false}}}""";

        Assert.Equal([97, 300], TokenizerFiles.Load(TokenizerFiles.Bytes(), ("tokenizer_config.json", Configuration)).Encode("a<x>", addSpecialTokens: false));
    }
}
