using CoLA.Core.Sequences;

namespace CoLA.Core.Engine.Runners;

/// <summary>Runs the base model with the rows' adapters over one step's tokens, and keeps their keys and values.</summary>
internal interface IModelRunner : IDisposable
{
    /// <summary>What a row gets is the same bit for bit whoever else runs, and however its tokens are cut into stretches.</summary>
    bool IsInvariant { get; }

    /// <summary>
    /// Reads all stretches; returns the logits of those that give a token, in their order, or null where none does. What a
    /// row gets does not depend on the others, up to the order of sums.
    /// </summary>
    StepLogits? Run(IReadOnlyList<Stretch> stretches);
}
