using CoLA.Core.Model;
using CoLA.Core.Rejections;

namespace CoLA.Core.Inference;

/// <summary>Turns prompts and continuations into token ids, and checks them against the vocabulary and the context.</summary>
internal sealed class PromptEncoder(BaseModel model)
{
    /// <summary>Token ids of a prompt: at least one, and fewer than the context length.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="field">Path of the prompt in the request, for errors.</param>
    /// <exception cref="InvalidArgumentRejection">
    /// The prompt has no tokens, has an id that is not in the vocabulary, or leaves no room in the context for one more token.
    /// </exception>
    /// <exception cref="UnsupportedRejection">The model has no tokenizer or no chat template, and the prompt needs it.</exception>
    public IReadOnlyList<int> Encode(Prompt prompt, string field)
    {
        var ids = prompt switch
        {
            TokenPrompt tokens => Checked(tokens.Ids, field),
            TextPrompt text => Tokenizer().Encode(text.Text, addSpecialTokens: true),
            ChatPrompt chat => Tokenizer().EncodeRendered(
                (Tokenizer().ChatTemplate ?? throw new UnsupportedRejection("the base model has no chat template: send a text prompt"))
                    .Render(chat.Messages, addGenerationPrompt: true)),
            _ => throw new ArgumentOutOfRangeException(nameof(prompt)),
        };
        if (ids.Count == 0)
        {
            throw new InvalidArgumentRejection(field, "has no tokens; send at least one");
        }

        return ids.Count < model.Config.ContextLength
            ? ids
            : throw new InvalidArgumentRejection(
                field,
                $"has {ids.Count} tokens; the model's context of {model.Config.ContextLength} must hold it and one more");
    }

    /// <summary>Token ids of a continuation, without special tokens.</summary>
    /// <exception cref="InvalidArgumentRejection">It has no tokens.</exception>
    public IReadOnlyList<int> EncodeContinuation(string text, string field) =>
        Tokenizer().Encode(text, addSpecialTokens: false) is { Count: > 0 } ids
            ? ids
            : throw new InvalidArgumentRejection(field, "has no tokens; send at least one");

    /// <summary>Returns <paramref name="ids"/> unchanged if all of them are in the vocabulary.</summary>
    /// <exception cref="InvalidArgumentRejection">An id is not in the vocabulary.</exception>
    public IReadOnlyList<int> Checked(IReadOnlyList<int> ids, string field)
    {
        foreach (var id in ids)
        {
            if (id < 0 || id >= model.Config.VocabularySize)
            {
                throw new InvalidArgumentRejection(field, $"{id} is not in the vocabulary, 0..{model.Config.VocabularySize - 1}");
            }
        }

        return ids;
    }

    private Tokens.Tokenizer Tokenizer() =>
        model.Tokenizer ?? throw new UnsupportedRejection("the base model has no tokenizer: send token ids");
}
