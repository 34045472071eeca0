using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// The part of a flat buffer that holds the A matrices of all adapted targets of one site, stacked: (targets x M r, in), which
/// project the site's input in one product.
/// </summary>
/// <param name="Layer">The layer.</param>
/// <param name="Site">The site.</param>
/// <param name="Targets">The adapted targets, in the order of the stack.</param>
/// <param name="Offset">The first element.</param>
/// <param name="Length">The number of elements.</param>
internal sealed record ProjectionSlot(int Layer, Site Site, IReadOnlyList<Target> Targets, long Offset, long Length);
