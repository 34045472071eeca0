using CoLA.Cli.Status;
using CoLA.V1;
using Xunit;

namespace CoLA.Cli.Tests.Status;

public sealed class PercentilesTests
{
    [Fact]
    public void Between_TwoDistributions_AreOfWhatCameBetween()
    {
        var before = Of(100, 0, 0, 0);
        var now = Of(100, 10, 10, 0);

        var times = Percentiles.Between(now, before);

        Assert.Equal(2, times.P50!.Value, 12);
        Assert.Equal(2 + (2 * 0.9), times.P95!.Value, 12);
    }

    [Fact]
    public void Between_NothingBefore_AreOfAll() => Assert.Equal(0.5, Percentiles.Between(Of(10, 0, 0, 0), null).P50!.Value, 12);

    [Fact]
    public void Between_NothingNew_AreNone() =>
        Assert.Equal((null, null), (Percentiles.Between(Of(1, 2, 3, 4), Of(1, 2, 3, 4)).P50, Percentiles.Between(null, null).P95));

    [Fact]
    public void Between_AboveAllBounds_AreTheLimit()
    {
        var times = Percentiles.Between(Of(1, 0, 0, 1), null);

        Assert.Equal((1, 4, 4), (times.P50, times.P95, times.Limit));
    }

    private static Distribution Of(params long[] counts) => new() { Bounds = { 1, 2, 4 }, Counts = { counts } };
}
