namespace CoLA.Core.Tokens.Chat;

/// <summary>A family of chat templates with the same structure and different texts. Stateless.</summary>
internal abstract class ChatFamily
{
    /// <summary>All families, in the order in which a template is compared with them.</summary>
    public static IReadOnlyList<ChatFamily> All { get; } =
        [new ChatMl(), new Qwen(), new Llama3(), new Llama2(), new Mistral(), new RoleMarkers()];

    /// <summary>The name for messages.</summary>
    public abstract string Name { get; }

    /// <summary>The structures that a template of this family can have.</summary>
    public abstract IReadOnlyList<Skeleton> Skeletons { get; }

    /// <summary>Renders a conversation as segments, in order.</summary>
    public abstract IEnumerable<ChatSegment> Render(TemplateTexts texts, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt);

    /// <summary>A segment that the model reads but would not generate.</summary>
    protected static ChatSegment Prompt(string text) => new(text, IsAssistant: false);

    /// <summary>
    /// One turn: the text before the content, the content, and the text after it. The assistant's part of its turn ends with the
    /// end-of-turn marker; white space after the marker belongs to the prompt.
    /// </summary>
    protected static IEnumerable<ChatSegment> Turn(string role, string before, string content, string after)
    {
        if (role != "assistant")
        {
            return [Prompt(before + content + after)];
        }

        var marker = after.TrimEnd();
        return [Prompt(before), new ChatSegment(content + marker, IsAssistant: true), Prompt(after[marker.Length..])];
    }
}
