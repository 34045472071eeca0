using CoLA.Core.Model;
using CoLA.Core.Rejections;

namespace CoLA.Core.Inference;

/// <summary>Turns prompts and continuations into token ids that the model can take.</summary>
internal sealed class PromptEncoder(BaseModel model)
{
    /// <exception cref="InvalidArgumentRejection">The prompt is empty, not in the vocabulary, or does not leave room for one token.</exception>
    /// <exception cref="UnsupportedRejection">The model lacks the tokenizer or the chat template that it takes.</exception>
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

    /// <summary>A continuation: without special tokens.</summary>
    /// <exception cref="InvalidArgumentRejection">It has no tokens.</exception>
    public IReadOnlyList<int> EncodeContinuation(string text, string field) =>
        Tokenizer().Encode(text, addSpecialTokens: false) is { Count: > 0 } ids
            ? ids
            : throw new InvalidArgumentRejection(field, "has no tokens; send at least one");

    /// <summary>Ids as they were sent.</summary>
    /// <exception cref="InvalidArgumentRejection">One is not in the vocabulary.</exception>
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
