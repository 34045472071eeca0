using System.Text.Json;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens;
using CoLA.Core.Tokens.Chat;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Tokens;

/// <summary>Conversations that HuggingFace's Jinja has rendered.</summary>
public sealed class ChatTemplateGoldenTests
{
    public static IEnumerable<TheoryDataRow<string>> TemplateFiles() =>
        SharedMaterial.Files("goldens/chat", "*.json").Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> Models() =>
        SharedMaterial.Folders("goldens", "golden.json")
            .Where(name => File.Exists(SharedMaterial.PathOf("models", name, "tokenizer.json")))
            .Where(name => Json("goldens", name, "golden.json").TryGetProperty("chat", out _))
            .Select(name => new TheoryDataRow<string>(name));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(TemplateFiles))]
    public void Render_EveryGoldenConversation_GivesTheSameTextOrRefusal(string file)
    {
        foreach (var golden in Json("goldens", "chat", file).EnumerateArray())
        {
            var template = ChatTemplate.Read(
                golden.GetProperty("chat_template").GetString()!,
                golden.GetProperty("bos_token").GetString(),
                golden.GetProperty("eos_token").GetString());
            Assert.NotNull(template.Family);
            if (golden.TryGetProperty("refused", out var refused))
            {
                foreach (var addGenerationPrompt in new[] { false, true })
                {
                    var rejection = Assert.Throws<InvalidArgumentRejection>(() => template.Render(Messages(golden), addGenerationPrompt));
                    Assert.Equal(refused.GetString(), Assert.Single(rejection.Violations).Description);
                }
            }
            else
            {
                AssertRenders(template, golden);
            }
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Models))]
    public void Render_EveryGoldenConversationOfAModel_GivesTheSameText(string name)
    {
        var template = Tokenizer.FromDirectory(SharedMaterial.PathOf("models", name))!.ChatTemplate!;
        foreach (var golden in Json("goldens", name, "golden.json").GetProperty("chat").EnumerateArray())
        {
            AssertRenders(template, golden);
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Models))]
    public void EncodeRendered_EveryGoldenPromptOfAModel_GivesTheSameIds(string name)
    {
        var tokenizer = Tokenizer.FromDirectory(SharedMaterial.PathOf("models", name))!;
        foreach (var golden in Json("goldens", name, "golden.json").GetProperty("greedy").EnumerateArray())
        {
            var ids = golden.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            Assert.Equal(ids, tokenizer.EncodeRendered(golden.GetProperty("prompt_text").GetString()!));
            var generated = golden.GetProperty("new_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            Assert.Equal(golden.GetProperty("new_text").GetString(), tokenizer.Decode(generated, skipSpecialTokens: true));
        }
    }

    private static void AssertRenders(ChatTemplate template, JsonElement golden)
    {
        var messages = Messages(golden);
        Assert.Equal(golden.GetProperty("rendered").GetString(), template.Render(messages, addGenerationPrompt: false));
        Assert.Equal(golden.GetProperty("rendered_for_reply").GetString(), template.Render(messages, addGenerationPrompt: true));

        var segments = template.RenderSegments(messages);
        Assert.Equal(golden.GetProperty("rendered").GetString(), string.Concat(segments.Select(segment => segment.Text)));
        Assert.Equal(messages.Count(message => message.Role == "assistant"), segments.Count(segment => segment.IsAssistant));
    }

    private static List<ChatMessage> Messages(JsonElement golden) =>
        [.. golden.GetProperty("messages").EnumerateArray().Select(message =>
            new ChatMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))];

    private static JsonElement Json(params string[] path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedMaterial.PathOf(path)));
        return document.RootElement.Clone();
    }
}
