using CoLA.Core.Sequences;

namespace CoLA.Core.Engine.Runners;

/// <summary>
/// Runs the base model with the rows' adapters over the tokens of one step, and stores their keys and values. Used on the
/// engine's thread only.
/// </summary>
internal interface IModelRunner : IDisposable
{
    /// <summary>Whether a row's logits are bit-identical whatever other rows are in the batch, and however its tokens are cut into chunks.</summary>
    bool IsInvariant { get; }

    /// <summary>
    /// Computes all chunks. Returns the logits (rows, vocabulary) of the chunks that produce a token, in their order, or null
    /// if none does. A row's logits do not depend on the other rows, except for rounding: the order of sums may differ.
    /// </summary>
    StepLogits? Run(IReadOnlyList<RowChunk> chunks);
}
