namespace CoLA.Core.Adapters.Couplings;

/// <summary>One head and one A: LoRA (arXiv 2106.09685), or PiSSA (arXiv 2404.02948) on a PISSA pool.</summary>
internal sealed class LoraCoupling() : Coupling(Filled(1, 1, 1));
