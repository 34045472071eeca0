using CoLA.Cli.Rendering;
using Xunit;

namespace CoLA.Cli.Tests.Rendering;

public sealed class SizesTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(98_356_224, "93.8 MiB")]
    public void Bytes_Any_HaveTheirUnit(long bytes, string expected) => Assert.Equal(expected, Sizes.Bytes(bytes));

    [Theory]
    [InlineData(7, "0:07")]
    [InlineData(187, "3:07")]
    [InlineData(3723, "1:02:03")]
    [InlineData(176523, "2d 1:02:03")]
    public void Duration_Seconds_ReadAsAClock(int seconds, string expected) => Assert.Equal(expected, Sizes.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0.000412, "0.41 ms")]
    [InlineData(0.0123, "12.3 ms")]
    [InlineData(0.2504, "250 ms")]
    [InlineData(1.25, "1.25 s")]
    [InlineData(10, "10 s")]
    public void Latency_Seconds_HaveTheirUnit(double seconds, string expected) => Assert.Equal(expected, Sizes.Latency(seconds));

    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(99.34, "99.3")]
    [InlineData(1204.4, "1,204")]
    public void Rate_Large_IsWhole(double rate, string expected) => Assert.Equal(expected, Sizes.Rate(rate));
}
