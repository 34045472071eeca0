using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>The place of all A matrices of one site in a flat buffer: its targets side by side.</summary>
internal sealed record ProjectionSlot(int Layer, Site Site, IReadOnlyList<Target> Targets, long Offset, long Length);
