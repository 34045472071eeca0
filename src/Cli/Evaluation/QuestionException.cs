using CoLA.Cli.Failures;

namespace CoLA.Cli.Evaluation;

/// <summary>A question that cannot be asked of the model.</summary>
internal sealed class QuestionException(string message) : CommandFailedException(message);
