using System.CommandLine;
using CoLA.Cli.Options;
using Xunit;

namespace CoLA.Cli.Tests.Options;

public sealed class DurationOptionTests
{
    private readonly DurationOption _option = new("--idle", "Idle time", TimeSpan.FromHours(1));

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("15m", 900)]
    [InlineData("1.5h", 5400)]
    [InlineData("2d", 172_800)]
    [InlineData("0:15:00", 900)]
    [InlineData("12:00:01", 43_201)]
    [InlineData("1.00:00:00", 86_400)]
    public void Parse_Time_IsRead(string typed, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Parse(typed).GetValue(_option));

    [Theory]
    [InlineData("10")]
    [InlineData("15:00")]
    [InlineData("-5m")]
    [InlineData("soon")]
    [InlineData("99999999999999999d")]
    public void Parse_NoTime_IsRefusedWithExamples(string typed) =>
        Assert.Equal($"--idle is a time like 30s, 15m, 2h, 1d or 0:15:00, not '{typed}'", Assert.Single(Parse(typed).Errors).Message);

    [Fact]
    public void Parse_NotGiven_IsNull() => Assert.Null(new RootCommand { _option }.Parse("").GetValue(_option));

    private ParseResult Parse(string typed) => new RootCommand { _option }.Parse(["--idle", typed]);
}
