namespace CoLA.Core.Training.Passes;

/// <summary>What one optimizer step did.</summary>
/// <param name="Tasks">Every task of the call, in the order in which the call first names it; then those that earlier calls made a gradient of.</param>
/// <param name="Pool">The pool's own step; null where A is frozen or nothing was stepped.</param>
/// <param name="Tokens">Tokens that went through the base model: those of the rows with weight.</param>
/// <param name="LogProbabilities">Before the step, by example, of the tokens that count, a pair's chosen answer first; null where not asked for.</param>
public sealed record StepReport(
    IReadOnlyList<TaskStepReport> Tasks,
    OptimizerStepReport? Pool,
    long Tokens,
    IReadOnlyList<IReadOnlyList<float>>? LogProbabilities = null);
