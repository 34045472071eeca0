using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sites;

/// <summary>The rows of one task in a micro-batch; they lie side by side.</summary>
/// <param name="Task">Its working copy; null for rows of the bare base.</param>
/// <param name="Tokens">Their tokens together.</param>
/// <param name="Draws">What a random coupling draws in this step; null for the mean of its draws.</param>
/// <param name="Masks">Which features drop out of what the adapters read; null for none.</param>
internal sealed record TaskRows(TaskState? Task, int Tokens, Draws? Draws, DropoutMasks? Masks = null)
{
    /// <summary>Whether the coupling is a draw, and not the mean of its draws.</summary>
    public bool IsDrawn => Draws is not null && Task is { Coupling.DrawCount: > 0 };
}
