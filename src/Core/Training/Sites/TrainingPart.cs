using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sites;

/// <summary>One task's stretch of a training batch.</summary>
/// <param name="Task">Its working copy; null for rows of the bare base.</param>
/// <param name="Tokens">Length of the stretch.</param>
/// <param name="Draws">What a random coupling draws in this step; null for its mean.</param>
/// <param name="Masks">What drops out of the adapters' input; null for nothing.</param>
internal sealed record TrainingPart(TaskState? Task, int Tokens, Draws? Draws, DropoutMasks? Masks = null)
{
    /// <summary>The coupling is a draw, not its mean.</summary>
    public bool IsDrawn => Draws is not null && Task is { Coupling.DrawCount: > 0 };
}
