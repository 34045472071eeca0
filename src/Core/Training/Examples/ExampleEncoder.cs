using CoLA.Core.Configuration;
using CoLA.Core.Data.Examples;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens;
using CoLA.Core.Tokens.Chat;

namespace CoLA.Core.Training.Examples;

/// <summary>
/// Turns examples into token ids and weights. Prompt and completion are tokenised apart: the prompt with the tokenizer's
/// special tokens and weight 0, the completion without them, followed by EOS, with weight 1. In conversations the tokens of the
/// assistant's turns have weight 1, with their end-of-turn marker.
/// </summary>
internal sealed class ExampleEncoder(ModelConfig config, Tokenizer? tokenizer)
{
    /// <param name="examples">The examples, in the order of the call.</param>
    /// <exception cref="InvalidArgumentRejection">With every example that is wrong.</exception>
    /// <exception cref="UnsupportedRejection">The model has no tokenizer, or no chat template for a conversation.</exception>
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
            var field = $"examples[{at}]";
            foreach (var row in Rows(examples[at].Task, examples[at].Content, field, violations))
            {
                if (row.Ids.Count < 2)
                {
                    violations.Add(new FieldViolation(field, $"has {row.Ids.Count} tokens; to predict one takes at least 2"));
                }
                else if (row.Ids.Count > config.ContextLength)
                {
                    violations.Add(new FieldViolation(field, $"has {row.Ids.Count} tokens; the model's context is {config.ContextLength}"));
                }

                encoded.Add(row with { Place = at });
            }
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
        return encoded;
    }

    /// <summary>One row, or the two rows of a pair, the chosen one first; none if a violation was added.</summary>
    private EncodedExample[] Rows(TaskName? task, Example example, string field, List<FieldViolation> violations)
    {
        EncodedExample Row(IReadOnlyList<(int Id, float Weight)> tokens) =>
            new(task, [.. tokens.Select(token => token.Id)], [.. tokens.Select(token => token.Weight)]);

        var references = (example as PreferenceExample)?.References ?? (example as TokenPreferenceExample)?.References;
        if (references is { } given && !(double.IsFinite(given.Chosen) && double.IsFinite(given.Rejected)))
        {
            violations.Add(new FieldViolation(field, "has a reference log-probability that is not finite"));
        }

        EncodedExample[] Pair(IReadOnlyList<(int, float)> chosen, IReadOnlyList<(int, float)> rejected) =>
        [
            Row(chosen) with { IsOfPair = true, IsChosen = true, Reference = references?.Chosen },
            Row(rejected) with { IsOfPair = true, Reference = references?.Rejected },
        ];

        switch (example)
        {
            case TokenExample tokens:
                return Given(tokens, $"{field}.tokens", violations) is { } own
                    ? [Row(own) with { OldLogProbabilities = tokens.OldLogProbabilities, Advantages = tokens.Advantages }]
                    : [];
            case TokenPreferenceExample pair:
                var chosen = Given(pair.Chosen, $"{field}.token_preference.chosen", violations);
                var rejected = Given(pair.Rejected, $"{field}.token_preference.rejected", violations);
                return chosen is null || rejected is null ? [] : Pair(chosen, rejected);
            case PreferenceExample preference:
                return Pair(
                    FromText(new CompletionExample(preference.Prompt, preference.Chosen)),
                    FromText(new CompletionExample(preference.Prompt, preference.Rejected)));
            default:
                return [Row(FromText(example))];
        }
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

        foreach (var (name, numbers) in new[] { ("old_logprobs", example.OldLogProbabilities), ("advantages", example.Advantages) })
        {
            if (numbers is not null && (numbers.Count != example.Ids.Count || !numbers.All(float.IsFinite)))
            {
                violations.Add(new FieldViolation($"{field}.{name}", $"are {example.Ids.Count} finite numbers, one for each id"));
            }
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
