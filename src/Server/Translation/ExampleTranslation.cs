using CoLA.Core.Data.Examples;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens.Chat;
using CoLA.Core.Training.Examples;

namespace CoLA.Server.Translation;

/// <summary>Training examples and conversations from the contract to Core.</summary>
internal static class ExampleTranslation
{
    /// <param name="examples">Of one message.</param>
    /// <param name="first">How many came in messages before.</param>
    public static IReadOnlyList<TrainingExample> ToCore(this IEnumerable<V1.Example> examples, int first = 0) =>
        [.. examples.Select((example, index) => new TrainingExample(
            TaskName.Parse(example.Task, $"examples[{first + index}].task"),
            ToCore(example, $"examples[{first + index}]")))];

    /// <summary>Examples that belong to no task yet.</summary>
    /// <exception cref="InvalidArgumentRejection">One names a task, or has no content.</exception>
    public static IReadOnlyList<Example> ToContents(this IEnumerable<V1.Example> examples) =>
        [.. examples.Select((example, index) => example.Task.Length == 0
            ? ToCore(example, $"examples[{index}]")
            : throw new InvalidArgumentRejection($"examples[{index}].task", "is given; these are examples of a task that is not there yet, leave it empty"))];

    public static IReadOnlyList<ChatMessage> ToCore(this V1.Chat chat) =>
        [.. chat.Messages.Select(message => new ChatMessage(message.Role, message.Content))];

    private static TokenExample ToCore(this V1.TokenExample tokens) => new(
        tokens.Ids,
        tokens.Weights,
        tokens.OldLogprobs.Count == 0 ? null : tokens.OldLogprobs,
        tokens.Advantages.Count == 0 ? null : tokens.Advantages);

    private static (double Chosen, double Rejected)? ToCore(V1.PreferenceReference? reference) =>
        reference is null ? null : (reference.Chosen, reference.Rejected);

    private static Example ToCore(V1.Example example, string field) => example.ContentCase switch
    {
        V1.Example.ContentOneofCase.Completion => new CompletionExample(example.Completion.Prompt, example.Completion.Completion),
        V1.Example.ContentOneofCase.Chat => new ChatExample(example.Chat.ToCore()),
        V1.Example.ContentOneofCase.Instruction =>
            new InstructionExample(example.Instruction.Instruction, example.Instruction.Input, example.Instruction.Output),
        V1.Example.ContentOneofCase.Tokens => example.Tokens.ToCore(),
        V1.Example.ContentOneofCase.Preference => new PreferenceExample(
            example.Preference.Prompt, example.Preference.Chosen, example.Preference.Rejected, ToCore(example.Preference.Reference)),
        V1.Example.ContentOneofCase.TokenPreference => new TokenPreferenceExample(
            (example.TokenPreference.Chosen ?? new V1.TokenExample()).ToCore(),
            (example.TokenPreference.Rejected ?? new V1.TokenExample()).ToCore(),
            ToCore(example.TokenPreference.Reference)),
        _ => throw new InvalidArgumentRejection(field, "has no content; give completion, chat, instruction, tokens, preference or token_preference"),
    };
}
