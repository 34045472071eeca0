namespace CoLA.Cli.Evaluation;

/// <summary>One line of an accuracy table.</summary>
/// <param name="Task">As it was typed.</param>
/// <param name="Subject">Of the data; null for all of them together.</param>
/// <param name="Shots">Solved examples before every question.</param>
/// <param name="Accuracy">Of the task.</param>
/// <param name="Base">Of the base model on the same items; null where it was not asked.</param>
internal sealed record EvaluationRow(string Task, string? Subject, int Shots, Accuracy Accuracy, Accuracy? Base);
