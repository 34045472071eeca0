using System.Text.Json.Serialization;

namespace CoLA.Core.Data.Examples;

/// <summary>
/// One training example before it becomes tokens. Which form it has says where the loss falls: on the completion,
/// the assistant's turns, the output, or wherever the weights say.
/// </summary>
[JsonDerivedType(typeof(CompletionExample), "completion")]
[JsonDerivedType(typeof(InstructionExample), "instruction")]
[JsonDerivedType(typeof(ChatExample), "chat")]
[JsonDerivedType(typeof(TokenExample), "tokens")]
public abstract record Example;
