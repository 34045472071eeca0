using CoLA.Core.Naming;
using CoLA.Core.Training.Losses;

namespace CoLA.Core.Training.Passes;

/// <summary>What ForwardBackward added the gradient of, or what Evaluate found.</summary>
/// <param name="Tasks">Every task of the call, in the order in which the call first names it.</param>
/// <param name="Tokens">Tokens that went through the base model: those of the rows with weight.</param>
/// <param name="LogProbabilities">By example, of the tokens that count, a pair's chosen answer first; null where not asked for.</param>
public sealed record LossReport(IReadOnlyList<TaskLossReport> Tasks, long Tokens, IReadOnlyList<IReadOnlyList<float>>? LogProbabilities = null)
{
    public TaskLoss this[TaskName task] => Tasks.Single(report => report.Task == task).Loss;
}
