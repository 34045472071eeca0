using CoLA.Core.Tokens.Pipeline;
using Xunit;

namespace CoLA.Core.Tests.Tokens.Pipeline;

public sealed class SplitPreTokenizerTests
{
    [Theory]
    [InlineData("Removed", false, "the|final|countdown")]
    [InlineData("Isolated", false, "the|-|final|-|-|countdown")]
    [InlineData("MergedWithPrevious", false, "the-|final-|-|countdown")]
    [InlineData("MergedWithNext", false, "the|-final|-|-countdown")]
    [InlineData("Contiguous", false, "the|-|final|--|countdown")]
    [InlineData("Removed", true, "-|-|-")]
    public void Split_AtHyphens_FollowsTheBehavior(string behavior, bool invert, string expected)
    {
        var words = new List<string>();

        new SplitPreTokenizer(new RuneRegex("-"), Enum.Parse<SplitBehavior>(behavior), invert)
            .Split("the-final--countdown", TextPosition.Start, words);

        Assert.Equal(expected, string.Join('|', words));
    }
}
