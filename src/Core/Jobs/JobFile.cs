using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>A data file that the caller sent.</summary>
/// <param name="Task">Whose examples it holds.</param>
/// <param name="Name">Its ending says what it is.</param>
/// <param name="Content">All of it.</param>
public sealed record JobFile(TaskName Task, string Name, byte[] Content) : JobSource;
