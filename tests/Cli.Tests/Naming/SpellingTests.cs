using CoLA.Cli.Naming;
using Xunit;

namespace CoLA.Cli.Tests.Naming;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("--tasks", "--task")]
    [InlineData("--continaution", "--continuation")]
    [InlineData("--taks", "--task")]
    [InlineData("--continue", null)]
    [InlineData("--m", "--m")]
    [InlineData("--bogus", null)]
    public void Nearest_OneOfSeveral_IsNotTooFarAway(string word, string? expected) =>
        Assert.Equal(expected, Spelling.Nearest(word, ["--task", "--m", "--continuation"]));
}
