namespace CoLA.Bench.Newcomers;

/// <summary>How a newcomer begins, and what of it moves.</summary>
internal enum NewcomerMethod
{
    OwnLora,
    ZeroHeads,
    NeighbourFrozen,
    NeighbourTrained,
}
