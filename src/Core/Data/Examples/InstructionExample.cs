namespace CoLA.Core.Data.Examples;

/// <summary>
/// An instruction in LLaMA-Factory's form. Instruction, newline and input (just the instruction where the input is empty)
/// are the user's turn of the chat template, or plain text where the model has no template; the loss falls on the output.
/// </summary>
public sealed record InstructionExample(string Instruction, string Input, string Output) : Example;
