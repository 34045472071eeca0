using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using Xunit;

namespace CoLA.Core.Tests.Adapters;

public sealed class SpecTests
{
    private static readonly PoolSpec Pool = new([Target.Q, Target.V], 2, 4, 8, Initialisation.Gaussian, null, 1);

    [Fact]
    public void Validate_AllValuesWrong_NamesAllWithTheirRanges()
    {
        var wrong = Pool with { Targets = [], M = 65, Rank = 0, Alpha = double.NaN, SvdIterations = 0 };

        var rejection = Assert.Throws<InvalidArgumentRejection>(() => wrong.Validate());

        Assert.Equal(
            ["spec.targets", "spec.m", "spec.rank", "spec.alpha", "spec.svd_iterations", "spec.svd_iterations"],
            rejection.Violations.Select(violation => violation.Field));
        Assert.Contains("1..64", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("1..256", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scale_RankStabilized_DividesByTheRoot()
    {
        Assert.Equal(2, Pool.Scale);
        Assert.Equal(4, (Pool with { RankStabilized = true }).Scale);
    }

    [Theory]
    [InlineData(Initialisation.Pissa)]
    [InlineData(Initialisation.PissaSlices)]
    public void Validate_SharedHeadOfAnotherInitialisation_IsRefused(Initialisation initialisation)
    {
        var rejection = Assert.Throws<InvalidArgumentRejection>(() => (Pool with { SharedHead = true, Initialisation = initialisation }).Validate());

        Assert.Equal("spec.shared_head", Assert.Single(rejection.Violations).Field);
    }

    [Theory]
    [InlineData(Strategy.Lora, 1, "M = N = 1")]
    [InlineData(Strategy.Adalora, 1, "M = N = 1")]
    [InlineData(Strategy.Heuristic, 1, "N >= M")]
    [InlineData(Strategy.HeuristicBalanced, 1, "N >= M")]
    [InlineData(Strategy.MoeLora, 3, "N = M")]
    [InlineData(Strategy.HydraLora, 3, "M = 1")]
    [InlineData(Strategy.Colora, 3, "shared_head")]
    [InlineData(Strategy.Full, 65, "1..64")]
    [InlineData(Strategy.Full, 0, "1..64")]
    public void Validate_HeadsThatDoNotFitThePool_StatesTheRule(Strategy strategy, int heads, string rule)
    {
        var rejection = Assert.Throws<InvalidArgumentRejection>(() => new TaskSpec(strategy, heads, 0).Validate(Pool));

        Assert.Contains(rule, rejection.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Strategy.Full)]
    [InlineData(Strategy.Random)]
    [InlineData(Strategy.RandomReversed)]
    [InlineData(Strategy.MoeLora)]
    public void Validate_SlicesWithACouplingThatMixesThem_IsRefused(Strategy strategy)
    {
        var slices = Pool with { Initialisation = Initialisation.PissaSlices };

        Assert.Throws<InvalidArgumentRejection>(() => new TaskSpec(strategy, 2, 0).Validate(slices));
    }
}
