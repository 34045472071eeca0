namespace CoLA.Core.Catalog.Tasks;

/// <summary>A new task, and what its owner should know about the choice.</summary>
public sealed record RegisteredTask(TaskSnapshot Task, IReadOnlyList<string> Notes);
