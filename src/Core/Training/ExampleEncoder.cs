using CoLA.Core.Data;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Tenancy;
using CoLA.Core.Tokens;

namespace CoLA.Core.Training;

/// <summary>
/// Turns examples into token ids and weights. Prompt and completion are tokenised apart: the prompt with the tokenizer's
/// special tokens and weight 0, the completion without them, followed by EOS, with weight 1. In conversations the weight
/// lies on the assistant's turns, their end-of-turn marker included.
/// </summary>
internal sealed class ExampleEncoder(ModelConfig config, Tokenizer? tokenizer)
{
    /// <param name="examples">In the order of the call.</param>
    /// <exception cref="InvalidArgumentRejection">With every example that is wrong.</exception>
    /// <exception cref="UnsupportedRejection">The model has no tokenizer, or a chat template that is not known.</exception>
    public IReadOnlyList<EncodedExample> Encode(IReadOnlyList<TrainingExample> examples) =>
        Encode([.. examples.Select(example => ((TaskName?)example.Task, example.Content))]);

    /// <summary>The same for examples that belong to no task yet.</summary>
    public IReadOnlyList<EncodedExample> Encode(IReadOnlyList<Example> examples) => Encode([.. examples.Select(example => ((TaskName?)null, example))]);

    private List<EncodedExample> Encode(IReadOnlyList<(TaskName? Task, Example Content)> examples)
    {
        var violations = new List<FieldViolation>();
        if (examples.Count == 0)
        {
            violations.Add(new FieldViolation("examples", "is empty; send at least one example"));
        }

        var encoded = new List<EncodedExample>(examples.Count);
        for (var at = 0; at < examples.Count; at++)
        {
            var tokens = examples[at].Content is TokenExample given
                ? Given(given, $"examples[{at}].tokens", violations)
                : FromText(examples[at].Content);
            if (tokens is null)
            {
                continue;
            }

            if (tokens.Count < 2)
            {
                violations.Add(new FieldViolation($"examples[{at}]", $"has {tokens.Count} tokens; to predict one takes at least 2"));
            }
            else if (tokens.Count > config.ContextLength)
            {
                violations.Add(new FieldViolation($"examples[{at}]", $"has {tokens.Count} tokens; the model's context is {config.ContextLength}"));
            }

            encoded.Add(new EncodedExample(
                examples[at].Task,
                [.. tokens.Select(token => token.Id)],
                [.. tokens.Select(token => token.Weight)]));
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
        return encoded;
    }

    private List<(int Id, float Weight)>? Given(TokenExample example, string field, List<FieldViolation> violations)
    {
        var before = violations.Count;
        if (example.Ids.Count != example.Weights.Count)
        {
            violations.Add(new FieldViolation($"{field}.weights", $"has {example.Weights.Count} entries for {example.Ids.Count} ids"));
        }

        if (example.Ids.FirstOrDefault(id => id < 0 || id >= config.VocabularySize, -1) is var stranger && example.Ids.Contains(stranger))
        {
            violations.Add(new FieldViolation($"{field}.ids", $"{stranger} is not in the vocabulary, 0..{config.VocabularySize - 1}"));
        }

        if (example.Weights.Any(weight => !float.IsFinite(weight) || weight < 0))
        {
            violations.Add(new FieldViolation($"{field}.weights", "are finite numbers of at least 0"));
        }

        return violations.Count == before ? [.. example.Ids.Zip(example.Weights)] : null;
    }

    private List<(int Id, float Weight)> FromText(Example example)
    {
        var known = tokenizer ?? throw new UnsupportedRejection("the base model has no tokenizer: send examples as token ids with weights");
        return example switch
        {
            CompletionExample completion => Answered(known, known.Encode(completion.Prompt, addSpecialTokens: true), completion.Completion),
            InstructionExample instruction => Answered(known, InstructionPrompt(known, instruction), instruction.Output),
            ChatExample chat =>
            [
                .. known.EncodeSegments(TemplateOf(known).RenderSegments(chat.Messages))
                    .Select(token => (token.Id, token.IsAssistant ? 1f : 0f)),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(example)),
        };
    }

    private static ChatTemplate TemplateOf(Tokenizer tokenizer) =>
        tokenizer.ChatTemplate ?? throw new UnsupportedRejection("the base model has no chat template: send prompt and completion instead of messages");

    private static IReadOnlyList<int> InstructionPrompt(Tokenizer tokenizer, InstructionExample example)
    {
        var text = example.Input.Length == 0 ? example.Instruction : $"{example.Instruction}\n{example.Input}";
        return tokenizer.ChatTemplate is { } template
            ? tokenizer.EncodeRendered(template.Render([new ChatMessage("user", text)], addGenerationPrompt: true))
            : tokenizer.Encode(text + "\n", addSpecialTokens: true);
    }

    private static List<(int Id, float Weight)> Answered(Tokenizer tokenizer, IReadOnlyList<int> prompt, string completion)
    {
        var tokens = new List<(int, float)>(prompt.Select(id => (id, 0f)));
        tokens.AddRange(tokenizer.Encode(completion, addSpecialTokens: false).Select(id => (id, 1f)));
        if (tokenizer.EosId is { } end)
        {
            tokens.Add((end, 1f));
        }

        return tokens;
    }
}
