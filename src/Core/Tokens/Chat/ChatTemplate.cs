using CoLA.Core.Rejections;

namespace CoLA.Core.Tokens.Chat;

/// <summary>
/// Renders conversations in the form that a model expects. The model's Jinja template is not executed: its structure identifies
/// its family, and its markers, default system message and error messages are extracted from it. Immutable.
/// </summary>
public sealed class ChatTemplate
{
    private readonly ChatFamily? _family;
    private readonly TemplateTexts? _texts;

    private ChatTemplate(ChatFamily? family, TemplateTexts? texts)
    {
        _family = family;
        _texts = texts;
    }

    /// <summary>The name of the template's family; null for a template that is not supported.</summary>
    public string? Family => _family?.Name;

    /// <summary>Reads a template in HuggingFace's Jinja. A template that is not supported is refused when it is used, not here.</summary>
    /// <param name="template">The text of the template.</param>
    /// <param name="bosToken">The value of bos_token; null for none.</param>
    /// <param name="eosToken">The value of eos_token; null for none.</param>
    public static ChatTemplate Read(string template, string? bosToken, string? eosToken)
    {
        List<TemplateToken> tokens;
        try
        {
            tokens = CanonicalTemplate.Read(template, new Dictionary<string, string>
            {
                ["bos_token"] = bosToken ?? "",
                ["eos_token"] = eosToken ?? "",
            });
        }
        catch (FormatException)
        {
            return new ChatTemplate(null, null);
        }

        foreach (var family in ChatFamily.All)
        {
            foreach (var skeleton in family.Skeletons)
            {
                if (skeleton.TryMatch(tokens, out var texts))
                {
                    return new ChatTemplate(family, new TemplateTexts(texts));
                }
            }
        }

        return new ChatTemplate(null, null);
    }

    /// <summary>Renders a conversation as the model reads it. Encode the text with <see cref="Tokenizer.EncodeRendered"/>.</summary>
    /// <param name="messages">The turns; at least one.</param>
    /// <param name="addGenerationPrompt">Whether the text ends with the beginning of an assistant's turn.</param>
    /// <exception cref="UnsupportedRejection">The template is not supported.</exception>
    /// <exception cref="InvalidArgumentRejection">There is no message, or the template refuses the conversation (with the template's text).</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) =>
        string.Concat(Segments(messages, addGenerationPrompt).Select(segment => segment.Text));

    /// <summary>
    /// Renders a conversation without a generation prompt, as segments. The assistant's turns, with their end-of-turn markers, are
    /// segments of their own, because training computes its loss on them. Neighbours differ in <see cref="ChatSegment.IsAssistant"/>.
    /// </summary>
    /// <inheritdoc cref="Render" path="/exception"/>
    public IReadOnlyList<ChatSegment> RenderSegments(IReadOnlyList<ChatMessage> messages)
    {
        var joined = new List<ChatSegment>();
        foreach (var segment in Segments(messages, addGenerationPrompt: false).Where(segment => segment.Text.Length > 0))
        {
            if (joined.Count > 0 && joined[^1].IsAssistant == segment.IsAssistant)
            {
                joined[^1] = segment with { Text = joined[^1].Text + segment.Text };
            }
            else
            {
                joined.Add(segment);
            }
        }

        return joined;
    }

    private IEnumerable<ChatSegment> Segments(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt)
    {
        if (_family is null || _texts is null)
        {
            throw new UnsupportedRejection(
                "the model's chat template is of no supported family: "
                + string.Join(", ", ChatFamily.All.Select(family => family.Name))
                + "; send a prompt that is rendered already");
        }

        return messages.Count == 0
            ? throw new InvalidArgumentRejection("messages", "a conversation needs at least one message")
            : _family.Render(_texts, messages, addGenerationPrompt);
    }
}
