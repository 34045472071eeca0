namespace CoLA.Core.Adapters.Couplings;

/// <summary>Which heads multiply which A matrices (CoLA, arXiv 2505.15471, and others; the formulas stand with each coupling).</summary>
public enum Strategy
{
    Lora,
    Full,
    Heuristic,
    HeuristicBalanced,
    Random,
    RandomReversed,
    MoeLora,
    HydraLora,
    Colora,
    Adalora,
}
