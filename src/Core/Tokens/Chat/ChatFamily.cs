namespace CoLA.Core.Tokens.Chat;

/// <summary>A family of chat templates that share a structure and differ in their texts. Stateless.</summary>
internal abstract class ChatFamily
{
    /// <summary>The families, in the order in which they are tried.</summary>
    public static IReadOnlyList<ChatFamily> All { get; } =
        [new ChatMl(), new Qwen(), new Llama3(), new Llama2(), new Mistral(), new RoleMarkers()];

    public abstract string Name { get; }

    /// <summary>The structures that templates of this family have.</summary>
    public abstract IReadOnlyList<Skeleton> Skeletons { get; }

    /// <summary>The conversation in pieces, in order.</summary>
    public abstract IEnumerable<ChatSegment> Render(TemplateTexts texts, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt);

    protected static ChatSegment Prompt(string text) => new(text, IsAssistant: false);

    /// <summary>
    /// A turn: what stands before it, what is said, and what follows. An assistant's turn ends with its marker; white space
    /// after that is nobody's.
    /// </summary>
    protected static IEnumerable<ChatSegment> Turn(string role, string before, string said, string after)
    {
        if (role != "assistant")
        {
            return [Prompt(before + said + after)];
        }

        var marker = after.TrimEnd();
        return [Prompt(before), new ChatSegment(said + marker, IsAssistant: true), Prompt(after[marker.Length..])];
    }
}
