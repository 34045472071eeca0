using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// Draws the indices of a random coupling for one layer and target of the current step. Every call with the same arguments must
/// return the same indices, so that the backward pass, a recomputation and a resumed session use the draw of the forward pass.
/// </summary>
/// <returns><see cref="Coupling.DrawCount"/> indices below <see cref="Coupling.DrawRange"/>.</returns>
internal delegate int[] Draws(int layer, Target target);
