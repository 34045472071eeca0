using CoLA.Core.Rejections;

namespace CoLA.Core.Tokens.Chat;

/// <summary>
/// How a model writes a conversation. The template is not run: its family is recognised by its structure, and its
/// markers, default system message and error messages are read out of it. Immutable.
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

    /// <summary>The family's name; null where the template is of none that is supported.</summary>
    public string? Family => _family?.Name;

    /// <summary>Reads a template in HuggingFace's Jinja. One that is not supported is refused when it is used, not here.</summary>
    /// <param name="template">The template's text.</param>
    /// <param name="bosToken">What bos_token stands for in it.</param>
    /// <param name="eosToken">What eos_token stands for in it.</param>
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

    /// <summary>The conversation as the model reads it. Encode it with <see cref="Tokenizer.EncodeRendered"/>.</summary>
    /// <param name="messages">At least one message.</param>
    /// <param name="addGenerationPrompt">Whether what begins an assistant's turn is put at the end.</param>
    /// <exception cref="UnsupportedRejection">The template is of no supported family.</exception>
    /// <exception cref="InvalidArgumentRejection">There is no message, or the template refuses the conversation, in its own words.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt) =>
        string.Concat(Segments(messages, addGenerationPrompt).Select(segment => segment.Text));

    /// <summary>
    /// The same text without a generation prompt, in pieces: what an assistant says, with its end-of-turn marker, is
    /// apart from the rest, for training's loss falls on it. Neighbours differ in <see cref="ChatSegment.IsAssistant"/>.
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
