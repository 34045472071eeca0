using CoLA.Core.Tokens.Pipeline;
using Xunit;

namespace CoLA.Core.Tests.Tokens.Pipeline;

public sealed class RuneRegexTests
{
    [Fact]
    public void Matches_CharactersBeyondTheFirstPlane_HaveTheirOwnCategories()
    {
        const string Text = "a𝒳𠮷b 𝟙2 😀!";

        var words = new RuneRegex(ByteLevelPreTokenizer.Gpt2Pattern).Matches(Text).Select(match => Text[match.Start..match.End]);

        Assert.Equal(["a𝒳𠮷b", " 𝟙2", " 😀!"], words);
    }

    [Theory]
    [InlineData("[a-z&&[^b]]")]
    [InlineData("[a[bc]]")]
    [InlineData("[[:alpha:]]")]
    [InlineData("[\uD800\uDC00-\uD800\uDCFF]")]
    [InlineData("\\p{L}++")]
    [InlineData("\\p{Han}")]
    [InlineData("(")]
    public void New_PatternThatDotNetInterpretsDifferently_IsRefused(string pattern)
    {
        Assert.ThrowsAny<ArgumentException>(() => new RuneRegex(pattern));
    }
}
