using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Optimizers;

namespace CoLA.Core.Training.State;

/// <summary>A task of a session, and how it is trained.</summary>
/// <param name="Task">The task.</param>
/// <param name="Optimizer">The optimizer of everything that the task owns.</param>
/// <param name="Dropout">The share of the adapters' input that is dropped in training; in [0, 1).</param>
/// <param name="Budget">How an ADALORA task gives up components; null to keep all. Refused for other tasks.</param>
public sealed record SessionTaskSpec(TaskName Task, OptimizerSpec Optimizer, double Dropout = 0, RankBudgetSpec? Budget = null)
{
    /// <summary>Adds what is out of range to <paramref name="violations"/>.</summary>
    public void Validate(string field, ICollection<FieldViolation> violations)
    {
        Optimizer.Validate($"{field}.optimizer", violations);
        if (Dropout is not (>= 0 and < 1))
        {
            violations.Add(new FieldViolation($"{field}.dropout", $"{Dropout} is not in [0, 1)"));
        }

        Budget?.Validate($"{field}.rank_budget", violations);
    }
}
