using CoLA.Core.Training.Examples;

namespace CoLA.Core.Jobs;

/// <summary>Examples as they are.</summary>
/// <param name="Examples">Of any of the job's tasks.</param>
/// <param name="HeldOut">For evaluation, not for training.</param>
public sealed record JobExamples(IReadOnlyList<TrainingExample> Examples, bool HeldOut) : JobSource;
