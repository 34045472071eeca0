namespace CoLA.Core.Adapters.Couplings;

/// <summary>Which adapter heads multiply which A matrices (CoLA, arXiv 2505.15471, and others). Each coupling class states its formula.</summary>
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
