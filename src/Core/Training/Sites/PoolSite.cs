namespace CoLA.Core.Training.Sites;

/// <summary>What one pool's tasks train at a site, for the stretch of a batch that is theirs.</summary>
/// <param name="First">The stretch's first token in the batch.</param>
/// <param name="Tokens">Its length.</param>
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
internal sealed record PoolSite(
    int First,
    int Tokens,
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
