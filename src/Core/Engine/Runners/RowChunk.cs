using CoLA.Core.Sequences;

namespace CoLA.Core.Engine.Runners;

/// <summary>The tokens of one row that a step computes: one token of a decoding row, or a chunk of a prompt in prefill.</summary>
/// <param name="Row">The row. It holds cache blocks for all of these tokens.</param>
/// <param name="Length">Number of tokens, starting at position <see cref="Sequence.Cached"/>.</param>
internal readonly record struct RowChunk(Sequence Row, int Length)
{
    /// <summary>Whether the chunk ends at the row's last token, so that the row's next token is chosen from its logits.</summary>
    public bool ProducesToken => Length == Row.Unread;
}
