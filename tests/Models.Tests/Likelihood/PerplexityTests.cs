using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Models.Likelihood;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Models.Tests.Likelihood;

public sealed class PerplexityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Of_TextLongerThanTheContext_PredictsEveryTokenButTheFirst()
    {
        using var model = BaseModel.Load(RandomModel.Write(_directory));
        var text = string.Concat(Enumerable.Range(0, 40).Select(at => $"line {at}; "));
        var told = new List<double>();

        var all = Perplexity.Of(model, text, told.Add, TestContext.Current.CancellationToken);

        Assert.Equal(text.Length - 1, all.Tokens);
        Assert.Equal((text.Length - 2) / (RandomModel.ContextLength - 1) + 1, told.Count);
        Assert.Equal(told.Order(), told);
        Assert.Equal(1, told[^1]);
        Assert.Equal(Math.Exp(all.MeanNll), all.Value);
        Assert.InRange(all.MeanNll, 1, 20);
    }

    [Fact]
    public void Of_OneToken_IsRefused()
    {
        using var model = BaseModel.Load(RandomModel.Write(_directory));

        Assert.Contains(
            "1 token",
            Assert.Throws<InvalidArgumentRejection>(() => Perplexity.Of(model, "a", cancellation: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();
}
