using CoLA.Core.Tokens.Pipeline;
using Xunit;

namespace CoLA.Core.Tests.Tokens.Pipeline;

public sealed class CanonicalCompositionTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("a\u0323\u0302", "\u1EAD")]
    [InlineData("a\u0302\u0323", "\u1EAD")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("\uD55C\u1100\u1161", "\uD55C\uAC00")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("\uAC01\u11A8", "\uAC01\u11A8")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\u0301a", "\u0301a")]
    [InlineData("a\u0334\u0301", "\u00E1\u0334")]
    [InlineData("a\u0305\u0301", "a\u0305\u0301")]
    [InlineData("\uF900 x\uFB1D", "\u8C48 x\u05D9\u05B4")]
    public void Apply_Text_IsInFormC(string text, string expected)
    {
        Assert.Equal(expected, CanonicalComposition.Instance.Apply(text, TextPosition.Start));
    }
}
