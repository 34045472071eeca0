using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// Where a random coupling takes its draw from, for one layer and target of the step at hand. The draw must be the same
/// whenever it is asked for again: backward, recomputation and resumption see what the forward saw.
/// </summary>
/// <returns>DrawCount indices below DrawRange.</returns>
internal delegate int[] Draws(int layer, Target target);
