using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>A data file below the directory that the operator opened for jobs.</summary>
/// <param name="Task">Whose examples it holds.</param>
/// <param name="Path">Relative to that directory, with '/' between its parts.</param>
public sealed record JobServerFile(TaskName Task, string Path) : JobSource;
