using CoLA.Core.Training.Passes;

namespace CoLA.Core.Jobs;

/// <summary>A look at the held-out examples.</summary>
/// <param name="Step">The step before it.</param>
/// <param name="Tasks">Those that have held-out examples.</param>
/// <param name="Loss">Mean over the tasks of their mean losses; finite.</param>
/// <param name="IsBest">Lower than all before, by more than the least improvement that counts.</param>
public sealed record JobEvaluation(int Step, IReadOnlyList<TaskLossReport> Tasks, double Loss, bool IsBest) : JobEvent(Step);
