using CoLA.Core.Settings;
using Xunit;

namespace CoLA.Core.Tests.Settings;

public sealed class SettingTests
{
    [Fact]
    public void AllOf_OptionsInsideOptions_AreFoundWhereTheyStand()
    {
        var settings = Setting.AllOf(new OuterOptions());

        Assert.Equal(["First", "Inner.Time", "Last"], settings.Select(setting => setting.Path));
    }

    [Fact]
    public void Value_Set_ReachesTheOptions()
    {
        var options = new OuterOptions();

        Setting.AllOf(options)[2].Value = 2L << 20;

        Assert.Equal(2L << 20, options.Last);
    }

    [Theory]
    [InlineData(0, 1, 2 << 20, "First: 0 is not in 1..9; take 5")]
    [InlineData(10, 1, 2 << 20, "First: 10 is not in 1..9; take 5")]
    [InlineData(1, 0, 2 << 20, "Inner.Time: 00:00:00 is not in 00:00:01..00:01:00; take a second")]
    [InlineData(9, 60, (1 << 20) - 1, "Last: 1048575 bytes are less than 1 MiB; take more")]
    [InlineData(9, 60, 1 << 20, "")]
    public void Problem_OutOfRange_NamesTheRangeAndTheCure(int first, int seconds, long last, string expected)
    {
        var options = new OuterOptions { First = first, Last = last };
        options.Inner.Time = TimeSpan.FromSeconds(seconds);

        var problems = Setting.AllOf(options).Where(setting => setting.Problem() is not null).Select(setting => $"{setting.Path}: {setting.Problem()}");

        Assert.Equal(expected, string.Join("; ", problems));
    }

    private sealed record OuterOptions
    {
        [Setting("--first", "A number", Least = 1, Most = 9, Advice = "take 5")]
        public int First { get; set; } = 5;

        public InnerOptions Inner { get; } = new();

        [Setting("--last", "Memory", Least = 1 << 20, Advice = "take more")]
        public long Last { get; set; } = 1 << 20;
    }

    private sealed record InnerOptions
    {
        [Setting("--time", "A time", Least = 1, Most = 60, Advice = "take a second")]
        public TimeSpan Time { get; set; } = TimeSpan.FromSeconds(1);
    }
}
