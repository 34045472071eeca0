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
    public void Duration_Seconds_ReadAsAClock(int seconds, string expected) => Assert.Equal(expected, Sizes.Duration(TimeSpan.FromSeconds(seconds)));
}
