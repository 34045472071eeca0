namespace CoLA.Core.Data;

/// <summary>
/// One training example before it becomes tokens. Which form it has says where the loss falls: on the completion,
/// the assistant's turns, the output, or wherever the weights say.
/// </summary>
public abstract record Example;
