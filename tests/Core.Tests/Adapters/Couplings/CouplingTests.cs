using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Model;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Adapters.Couplings;

public sealed class CouplingTests
{
    [Theory]
    [InlineData(Strategy.Heuristic, 2, 5, "0 1 1 1 1")]
    [InlineData(Strategy.Heuristic, 3, 5, "0 1 2 2 2")]
    [InlineData(Strategy.HeuristicBalanced, 3, 5, "0 1 2 0 1")]
    [InlineData(Strategy.HeuristicBalanced, 2, 5, "0 0 1 1 0")]
    [InlineData(Strategy.HeuristicBalanced, 4, 10, "0 0 1 1 2 2 3 3 0 1")]
    public void Mean_OneAPerHead_PairsAsInThePaper(Strategy strategy, int m, int n, string partners)
    {
        var coupling = Coupling.Of(strategy, m, n);

        var found = Enumerable.Range(0, n).Select(j => Enumerable.Range(0, m).Single(i => coupling.Mean[j, i] == 1));

        Assert.Equal(partners, string.Join(' ', found));
    }

    [Theory]
    [InlineData(Strategy.Lora, 1, 1, 1)]
    [InlineData(Strategy.Full, 2, 5, 1.0 / 5)]
    [InlineData(Strategy.Random, 2, 5, 1)]
    [InlineData(Strategy.MoeLora, 3, 3, 3)]
    [InlineData(Strategy.RandomReversed, 2, 5, 2.0 / 5)]
    [InlineData(Strategy.Heuristic, 2, 5, 2.0 / 5)]
    [InlineData(Strategy.HeuristicBalanced, 3, 5, 3.0 / 5)]
    public void PissaHeadFactor_Strategy_HasTheDocumentedValue(Strategy strategy, int m, int n, double factor) =>
        Assert.Equal(factor, Coupling.Of(strategy, m, n).PissaHeadFactor, 1e-6);

    [Theory]
    [InlineData(Strategy.Full)]
    [InlineData(Strategy.Heuristic)]
    [InlineData(Strategy.HeuristicBalanced)]
    [InlineData(Strategy.Random)]
    [InlineData(Strategy.RandomReversed)]
    public void FoldServed_RandomMatrices_EqualsTheSumOverPairs(Strategy strategy)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        const int m = 3, n = 5, rank = 2;
        var coupling = Coupling.Of(strategy, m, n);
        var a = randn(m, rank, 7, float64, generator: generator);
        var heads = randn(n, rank, 6, float64, generator: generator);

        var pairs = zeros(6, 7, float64);
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < m; i++)
            {
                pairs += heads[j].t().matmul(a[i]) * coupling.Mean[j, i];
            }
        }

        var stacked = coupling.Collapses ? a.sum(dim: 0) : a.flatten(0, 1);
        var folded = coupling.FoldServed(new TargetTensors(heads)).t().matmul(stacked);
        Assert.InRange((folded - pairs).abs().max().item<double>(), 0, 1e-6);
    }

    [Fact]
    public void FoldServed_MoeLora_WeightsExpertsBySoftmaxOfTheGate()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var coupling = Coupling.Of(Strategy.MoeLora, 3, 3);
        var heads = randn(3, 2, 6, generator: generator);
        var gate = new[] { 0.5f, -1, 2 };
        var weights = gate.Select(logit => Math.Exp(logit) / gate.Sum(other => Math.Exp(other))).ToArray();

        var byTensors = coupling.FoldServed(new TargetTensors(heads, tensor(gate))).data<float>().ToArray();
        var bySpans = new float[3 * 2 * 6];
        coupling.FoldServed(new TargetFloats { Heads = heads.data<float>().ToArray(), Trained = gate }, 1, bySpans);

        var expected = heads.data<float>().ToArray().Select((value, at) => (float)(value * weights[at / 12])).ToArray();
        Assert.All(expected.Zip(byTensors), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        Assert.All(expected.Zip(bySpans), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void Drawn_ManySteps_AverageToTheMean()
    {
        var coupling = Coupling.Of(Strategy.Random, 2, 3);
        var sums = new double[3, 2];
        const int steps = 3000;
        for (var step = 0; step < steps; step++)
        {
            var blocks = coupling.Drawn(SeededDraws.Of(coupling, 42, step)(1, Target.V));
            for (var i = 0; i < 2; i++)
            {
                Assert.Equal(1, blocks[0, i] + blocks[1, i] + blocks[2, i]);
                for (var j = 0; j < 3; j++)
                {
                    sums[j, i] += blocks[j, i] / steps;
                }
            }
        }

        Assert.All(sums.Cast<double>(), share => Assert.Equal(1.0 / 3, share, 0.03));
    }

    [Fact]
    public void SeededDraws_SameStep_AreTheSame_AndDifferBetweenStepsLayersAndTargets()
    {
        var coupling = Coupling.Of(Strategy.RandomReversed, 5, 40);
        var draw = SeededDraws.Of(coupling, 1, 2)(3, Target.Up);

        Assert.Equal(draw, SeededDraws.Of(coupling, 1, 2)(3, Target.Up));
        Assert.NotEqual(draw, SeededDraws.Of(coupling, 1, 3)(3, Target.Up));
        Assert.NotEqual(draw, SeededDraws.Of(coupling, 1, 2)(4, Target.Up));
        Assert.NotEqual(draw, SeededDraws.Of(coupling, 1, 2)(3, Target.Down));
        Assert.NotEqual(draw, SeededDraws.Of(coupling, 2, 2)(3, Target.Up));
    }
}
