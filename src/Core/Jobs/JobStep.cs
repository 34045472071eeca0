using CoLA.Core.Training.Passes;

namespace CoLA.Core.Jobs;

/// <summary>An optimizer step.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Tasks">What it did to each task.</param>
/// <param name="Pool">What it did to the shared A; null where that is frozen.</param>
/// <param name="Tokens">Tokens that went through the base model.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record JobStep(int Step, IReadOnlyList<TaskStepReport> Tasks, WeightUpdateReport? Pool, long Tokens, double Seconds) : JobEvent(Step);
