using CoLA.Core.Model;
using CoLA.Core.Rejections;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>The settings with which a tenant creates a pool; they never change.</summary>
/// <param name="Targets">The adapted targets, each named once; at least one.</param>
/// <param name="M">A matrices per target, 1 to 64.</param>
/// <param name="Rank">Rank r of each A, 1 to 256.</param>
/// <param name="Alpha">The numerator of the scale s; finite, above 0.</param>
/// <param name="Initialisation">The initial values of the A matrices.</param>
/// <param name="SvdIterations">Power iterations of the randomised SVD, 1 to 64; null for the exact one. PISSA and PISSA_SLICES only.</param>
/// <param name="Seed">The seed of all random numbers that make the pool.</param>
/// <param name="SharedHead">Whether the pool has a shared head B per target, for COLORA tasks; it begins at zero. GAUSSIAN only.</param>
/// <param name="RankStabilized">Whether the scale is alpha / sqrt(r) (rsLoRA, arXiv 2312.03732) instead of alpha / r.</param>
public sealed record PoolSpec(
    IReadOnlyList<Target> Targets,
    int M,
    int Rank,
    double Alpha,
    Initialisation Initialisation,
    int? SvdIterations,
    long Seed,
    bool SharedHead = false,
    bool RankStabilized = false)
{
    /// <summary>The maximum number of A matrices per target.</summary>
    public const int MaximumM = 64;
    /// <summary>The maximum rank of each A.</summary>
    public const int MaximumRank = 256;
    /// <summary>The maximum number of power iterations.</summary>
    public const int MaximumSvdIterations = 64;

    /// <summary>The scale s of the product.</summary>
    public double Scale => RankStabilized ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;

    /// <summary>Checks all values against their ranges.</summary>
    /// <exception cref="InvalidArgumentRejection">At least one value is out of its range; it names all of them.</exception>
    public void Validate(string field = "spec")
    {
        var violations = new List<FieldViolation>();
        void Check(bool holds, string name, string description)
        {
            if (!holds)
            {
                violations.Add(new FieldViolation($"{field}.{name}", description));
            }
        }

        Check(Targets.Count > 0, "targets", "is empty; name at least one of Q, K, V, O, GATE, UP, DOWN");
        Check(Targets.Distinct().Count() == Targets.Count, "targets", "names a target twice");
        Check(M is >= 1 and <= MaximumM, "m", $"{M} is not in 1..{MaximumM}");
        Check(Rank is >= 1 and <= MaximumRank, "rank", $"{Rank} is not in 1..{MaximumRank}");
        Check(double.IsFinite(Alpha) && Alpha > 0, "alpha", $"{Alpha} is not a finite number above 0");
        Check(
            SvdIterations is null or (>= 1 and <= MaximumSvdIterations),
            "svd_iterations",
            $"{SvdIterations} is not in 1..{MaximumSvdIterations}; leave it out for the exact decomposition");
        Check(
            SvdIterations is null || Initialisation != Initialisation.Gaussian,
            "svd_iterations",
            "GAUSSIAN makes no decomposition; leave it out");
        Check(
            !SharedHead || Initialisation == Initialisation.Gaussian,
            "shared_head",
            "goes with GAUSSIAN: the pool's head begins at zero, whatever the base weight");
        InvalidArgumentRejection.ThrowIfAny(violations);
    }
}
