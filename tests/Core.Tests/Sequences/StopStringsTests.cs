using CoLA.Core.Sequences;
using Xunit;

namespace CoLA.Core.Tests.Sequences;

public sealed class StopStringsTests
{
    [Theory]
    [InlineData("Hello END world", "Hello ")]
    [InlineData("ENEND", "EN")]
    [InlineData("no stop here", "no stop here")]
    [InlineData("almost EN", "almost EN")]
    [InlineData("aab then STOP", "a")]
    public void Push_LetterByLetter_ReturnsTheTextBeforeTheFirstStop(string text, string expected)
    {
        var stops = new StopStrings(["END", "STOP", "ab"]);
        var found = "";
        foreach (var letter in text)
        {
            var (certain, stopped) = stops.Push(letter.ToString());
            found += certain;
            Assert.DoesNotContain("END", found, StringComparison.Ordinal);
            if (stopped)
            {
                Assert.Equal(expected, found);
                return;
            }
        }

        Assert.Equal(expected, found + stops.Flush());
    }

    [Fact]
    public void Push_SeveralStopsInOnePiece_TakesTheEarliest()
    {
        var stops = new StopStrings(["zzz", "b"]);

        Assert.Equal(("a", true), stops.Push("abczzz"));
    }
}
