using CoLA.Core.Naming;
using CoLA.Core.Training.Examples;

namespace CoLA.Core.Jobs;

/// <summary>Where some of a job's examples come from.</summary>
public abstract record JobSource;

/// <summary>Examples that the caller sent one by one.</summary>
/// <param name="Examples">Examples of any of the job's tasks.</param>
/// <param name="HeldOut">Whether they are for evaluation instead of training.</param>
public sealed record JobExamples(IReadOnlyList<TrainingExample> Examples, bool HeldOut) : JobSource;

/// <summary>A data file that the caller sent.</summary>
/// <param name="Task">The task whose examples it holds.</param>
/// <param name="Name">Its name; the extension says which form the data have.</param>
/// <param name="Content">All of its bytes.</param>
public sealed record JobFile(TaskName Task, string Name, byte[] Content) : JobSource;

/// <summary>A data file below the directory that the operator opened for jobs.</summary>
/// <param name="Task">The task whose examples it holds.</param>
/// <param name="Path">Relative to that directory, with '/' between its parts.</param>
public sealed record JobServerFile(TaskName Task, string Path) : JobSource;
