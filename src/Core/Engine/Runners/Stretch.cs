using CoLA.Core.Sequences;

namespace CoLA.Core.Engine.Runners;

/// <summary>The tokens of one row that a step reads: one for a row that decodes, a chunk of the prompt for one that begins.</summary>
/// <param name="Row">The row, with blocks for all of them.</param>
/// <param name="Length">How many, from <see cref="Sequence.Cached"/> on.</param>
internal readonly record struct Stretch(Sequence Row, int Length)
{
    /// <summary>It reaches the row's last token: the next one is chosen from its logits.</summary>
    public bool GivesToken => Length == Row.Unread;
}
