using CoLA.Cli.Naming;
using CoLA.V1;
using Xunit;

namespace CoLA.Cli.Tests.Naming;

public sealed class EnumWordsTests
{
    [Fact]
    public void All_Strategies_AreTheDesignsWords() =>
        Assert.Equal(
            ["lora", "full", "heuristic", "heuristic-balanced", "random", "random-reversed", "moe-lora", "hydra-lora", "colora", "adalora"],
            EnumWords.All<Strategy>());

    [Theory]
    [InlineData("heuristic-balanced", Strategy.HeuristicBalanced)]
    [InlineData("HEURISTIC_BALANCED", Strategy.HeuristicBalanced)]
    [InlineData("Full", Strategy.Full)]
    public void TryParse_KnownWord_IsTheValue(string word, Strategy expected)
    {
        Assert.True(EnumWords.TryParse<Strategy>(word, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("unspecified")]
    [InlineData("heuristicbalanced")]
    [InlineData("2")]
    public void TryParse_AnythingElse_IsRefused(string word) => Assert.False(EnumWords.TryParse<Strategy>(word, out _));
}
