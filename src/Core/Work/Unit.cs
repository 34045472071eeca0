namespace CoLA.Core.Work;

/// <summary>
/// What the last unit of long work did. Long work is an iterator. The engine decodes between its units, so that running
/// rows do not stall, and cancellation takes effect within one unit.
/// </summary>
internal enum Unit
{
    LayerForward,
    LayerBackward,
    LossChunk,
    Optimizer,
    Decomposition,
    File,
}
