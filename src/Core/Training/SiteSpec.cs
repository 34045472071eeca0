using CoLA.Core.Matrices;
using static TorchSharp.torch;

namespace CoLA.Core.Training;

/// <summary>A site of one layer, and what a batch's tasks train there.</summary>
/// <param name="Matrix">The base's weights of all its targets (in, out).</param>
/// <param name="Bias">(out), or null.</param>
/// <param name="Targets">The adapted ones, in the order of the pool.</param>
/// <param name="Parts">Which rows are whose, at which target.</param>
/// <param name="M">Number of shared A's for each target.</param>
/// <param name="Rank">Of each of them.</param>
/// <param name="Scale">s.</param>
/// <param name="Collapsed">Every part's blocks are equal among themselves: the sum of the A's is all they need.</param>
/// <param name="A">(targets x M r, in)</param>
/// <param name="AGradient">The same, added to; 0 where A is frozen.</param>
/// <param name="InitialRank">Rank of the initial product; 0 where nothing is subtracted.</param>
/// <param name="InitialA">(targets x rank, in)</param>
internal sealed record SiteSpec(
    PanelMatrix Matrix,
    Tensor? Bias,
    IReadOnlyList<SiteTarget> Targets,
    IReadOnlyList<SitePart> Parts,
    int M,
    int Rank,
    float Scale,
    bool Collapsed,
    nint A,
    nint AGradient,
    int InitialRank,
    nint InitialA);
