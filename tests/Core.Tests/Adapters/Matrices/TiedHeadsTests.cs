using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Configuration;
using CoLA.Core.Model;
using CoLA.Core.Weights;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Adapters.Matrices;

public sealed class TiedHeadsTests : IDisposable
{
    private static readonly PoolSpec Pool = new([Target.Q, Target.Down], 3, 2, 4, Initialisation.Gaussian, null, 1);

    private readonly TemporaryDirectory _directory = new();
    private readonly Checkpoint _checkpoint;
    private readonly ModelConfig _config;

    public TiedHeadsTests()
    {
        _checkpoint = Checkpoint.Open(RandomModel.Write(_directory));
        _config = _checkpoint.Config;
    }

    [Theory]
    [InlineData(Strategy.Full, 3, 5, new[] { 5f })]
    [InlineData(Strategy.Heuristic, 3, 5, new[] { 1f, 1f, 3f })]
    [InlineData(Strategy.HeuristicBalanced, 2, 5, new[] { 3f, 2f })]
    [InlineData(Strategy.Full, 3, 1, null)]
    [InlineData(Strategy.Heuristic, 3, 3, null)]
    [InlineData(Strategy.Random, 3, 5, null)]
    [InlineData(Strategy.RandomReversed, 3, 5, null)]
    [InlineData(Strategy.Lora, 1, 1, null)]
    [InlineData(Strategy.MoeLora, 3, 3, null)]
    [InlineData(Strategy.HydraLora, 1, 3, null)]
    [InlineData(Strategy.Colora, 3, 4, null)]
    [InlineData(Strategy.Adalora, 1, 1, null)]
    public void Of_Task_GroupsHeadsWithEqualRowsOfAFixedL(Strategy strategy, int m, int n, float[]? counts) =>
        Assert.Equal(counts, TiedHeads.Of(_config, Pool with { M = m }, new TaskSpec(strategy, n, 1))?.Counts);

    [Theory]
    [InlineData(Strategy.Full)]
    [InlineData(Strategy.Heuristic)]
    public void Tie_EqualHeads_KeepsOnePerGroupAndTheNormOfAll(Strategy strategy)
    {
        var ties = TiedHeads.Of(_config, Pool, new TaskSpec(strategy, 5, 1))!;
        using var heads = Heads(strategy);
        using var tied = ties.Tie(heads)!;
        var slot = heads.Layout.Slots.Last();
        using var untied = tied.View(ties.Layout.Slots.Last()).index_select(0, tensor(ties.GroupOfHead.ToArray()));

        Assert.Equal(heads.Layout.Length / 5 * ties.Counts.Count, tied.Flat.NumberOfElements);
        Assert.True(ties.IsTied(tied) && !ties.IsTied(heads));
        Assert.True(untied.Equals(heads.View(slot)));
        Assert.Equal(heads.Flat.norm().item<float>(), ties.SquaredNorm(tied.Flat).sqrt().item<float>(), 1e-3);
    }

    [Theory]
    [InlineData(Strategy.Full)]
    [InlineData(Strategy.Heuristic)]
    public void Tie_DifferentHeadsInAGroup_ReturnsNull(Strategy strategy)
    {
        var ties = TiedHeads.Of(_config, Pool, new TaskSpec(strategy, 5, 1))!;
        using var heads = Heads(strategy);
        heads.Flat[heads.Layout.Length - 1] += 1;

        Assert.Null(ties.Tie(heads));
    }

    public void Dispose()
    {
        _checkpoint.Dispose();
        _directory.Dispose();
    }

    /// <summary>Five heads; those with equal rows of L are equal.</summary>
    private FlatMatrices Heads(Strategy strategy)
    {
        using var generator = new Generator(3);
        var heads = FlatMatrices.Zeros(MatrixLayout.OfHeads(_config, Pool, new TaskSpec(strategy, 5, 1)), CPU);
        foreach (var slot in heads.Layout.Slots)
        {
            var distinct = randn([Pool.M, .. slot.Shape[1..]], generator: generator);
            var partners = Enumerable.Range(0, 5).Select(head => strategy == Strategy.Full ? 0L : Math.Min(head, Pool.M - 1)).ToArray();
            heads.View(slot).copy_(distinct.index_select(0, tensor(partners)));
        }

        return heads;
    }
}
