using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Core.Rejections;
using Xunit;

namespace CoLA.Core.Tests.Data;

public sealed class DataSplitTests
{
    private static DataSet Of(int items, string name = "d") =>
        new(name, [.. Enumerable.Range(0, items).Select(i => new DataItem(new CompletionExample($"{i}", "x"), null, name))]);

    private static IEnumerable<string> Prompts(IEnumerable<DataItem> items) => items.Select(item => ((CompletionExample)item.Example).Prompt);

    [Theory]
    [InlineData(1000, null, 200)]
    [InlineData(250, null, 200)]
    [InlineData(178, null, 142)]
    [InlineData(2, null, 1)]
    [InlineData(250, 249, 249)]
    [InlineData(250, 250, 250)]
    [InlineData(250, 1, 1)]
    public void Split_OfItems_TrainsOnAndHoldsOut(int items, int? asked, int training)
    {
        var split = Of(items).Split(7, asked);

        Assert.Equal(training, split.Training.Count);
        Assert.Equal(
            Enumerable.Range(0, items).Select(i => $"{i}").Order(StringComparer.Ordinal),
            Prompts([.. split.Training, .. split.HeldOut]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Split_SameSeed_IsTheSameSplit()
    {
        Assert.Equal(Prompts(Of(300).Split(7).HeldOut), Prompts(Of(300).Split(7).HeldOut));
        Assert.NotEqual(Prompts(Of(300).Split(7).HeldOut), Prompts(Of(300).Split(8).HeldOut));
        Assert.NotEqual(Prompts(Of(300).Split(7).HeldOut), Prompts(Of(300, "e").Split(7).HeldOut));
    }

    [Theory]
    [InlineData(1, null, "needs at least 2")]
    [InlineData(5, 0, "not in 1..5")]
    [InlineData(5, 6, "not in 1..5")]
    public void Split_TooFewItems_IsRefused(int items, int? asked, string why) =>
        Assert.Contains(why, Assert.Throws<InvalidArgumentRejection>(() => Of(items).Split(7, asked)).Message, StringComparison.Ordinal);
}
