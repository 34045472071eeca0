namespace CoLA.Core.Work;

/// <summary>
/// What long work just did. Such work is an iterator that the engine advances unit by unit, with decoding between the
/// units, so that nothing stalls the rows that run and cancellation is seen within a unit.
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
