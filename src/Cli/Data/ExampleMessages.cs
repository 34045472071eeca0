using CoLA.Core.Data.Examples;
using CoLA.V1;
using CompletionExample = CoLA.Core.Data.Examples.CompletionExample;
using InstructionExample = CoLA.Core.Data.Examples.InstructionExample;
using TokenExample = CoLA.Core.Data.Examples.TokenExample;

namespace CoLA.Cli.Data;

/// <summary>Examples of data files as messages of the contract.</summary>
internal static class ExampleMessages
{
    /// <param name="example">What is trained on.</param>
    /// <param name="task"><c>tenants/TENANT/tasks/TASK</c></param>
    public static V1.Example Training(Core.Data.Examples.Example example, string task) => example switch
    {
        CompletionExample completion => new V1.Example
        {
            Task = task,
            Completion = new V1.CompletionExample { Prompt = completion.Prompt, Completion = completion.Completion },
        },
        InstructionExample instruction => new V1.Example
        {
            Task = task,
            Instruction = new V1.InstructionExample { Instruction = instruction.Instruction, Input = instruction.Input, Output = instruction.Output },
        },
        ChatExample chat => new V1.Example { Task = task, Chat = Conversation(chat.Messages.Select(message => (message.Role, message.Content))) },
        TokenExample tokens => new V1.Example { Task = task, Tokens = new V1.TokenExample { Ids = { tokens.Ids }, Weights = { tokens.Weights } } },
        _ => throw new ArgumentOutOfRangeException(nameof(example)),
    };

    /// <summary>What stands before the answer; null where an example has no single answer.</summary>
    /// <param name="example">What is judged.</param>
    /// <param name="asChat">Instructions as the user's turn of the chat template, or as plain text.</param>
    public static Prompt? Prompt(Core.Data.Examples.Example example, bool asChat) => example switch
    {
        CompletionExample completion => new Prompt { Text = completion.Prompt },
        InstructionExample instruction when asChat => new Prompt { Chat = Conversation([("user", Text(instruction))]) },
        InstructionExample instruction => new Prompt { Text = Text(instruction) },
        _ => null,
    };

    public static Chat Conversation(IEnumerable<(string Role, string Content)> messages) =>
        new() { Messages = { messages.Select(message => new ChatMessage { Role = message.Role, Content = message.Content }) } };

    private static string Text(InstructionExample instruction) =>
        instruction.Input.Length == 0 ? instruction.Instruction : $"{instruction.Instruction}\n{instruction.Input}";
}
