using CoLA.Cli.Quickstart;
using CoLA.Core.Configuration;
using CoLA.V1;
using Xunit;

namespace CoLA.Cli.Tests.Quickstart;

public sealed class AdapterBytesTests
{
    private static readonly ModelConfig Config = new()
    {
        Family = ModelFamily.Llama,
        VocabularySize = 100,
        HiddenSize = 8,
        IntermediateSize = 12,
        Layers = 3,
        Heads = 2,
        KeyValueHeads = 1,
        HeadDim = 4,
        ContextLength = 16,
        RmsNormEpsilon = 1e-5,
        TieEmbeddings = true,
        RopeTheta = 10000,
    };

    // Per layer: q 8x8, k and v 8 -> 4, o 8x8, gate and up 8 -> 12, down 12 -> 8.
    private const int In = 8 + 8 + 8 + 8 + 8 + 8 + 12;
    private const int Out = 8 + 4 + 4 + 8 + 12 + 12 + 8;

    private readonly AdapterBytes _bytes = new(Config, new PoolSpec { M = 2, Rank = 5 });

    [Theory]
    [InlineData(Strategy.Full, 1)]
    [InlineData(Strategy.Random, 1)]
    [InlineData(Strategy.RandomReversed, 1)]
    [InlineData(Strategy.Heuristic, 2)]
    [InlineData(Strategy.HeuristicBalanced, 2)]
    public void Task_Strategy_HoldsItsFoldedHeads(Strategy strategy, int blocks) =>
        Assert.Equal(3 * Out * 5 * blocks * 4, _bytes.Task(new TaskSpec { Strategy = strategy, N = 4 }));

    [Fact]
    public void Lora_OfItsOwn_HoldsBothSides() => Assert.Equal(3 * (In + Out) * 5 * 4, _bytes.Lora);

    [Fact]
    public void Pool_OnceForAll_HoldsEveryA() => Assert.Equal(3 * In * 2 * 5 * 4, _bytes.Pool);
}
