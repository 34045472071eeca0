using CoLA.Core.Configuration;
using Xunit;

namespace CoLA.Core.Tests.Configuration;

public sealed class Llama3RopeScalingTests
{
    private static readonly Llama3RopeScaling Scaling = new(8, 1, 4, 8192);

    [Theory]
    [InlineData(8192 / 4.001, 1)]
    [InlineData(8192 / 0.999, 8)]
    [InlineData(8192 / 2.5, 1 / ((0.5 / 8) + 0.5))]
    public void DivisorOf_Wavelength_IsOneOrTheFactorOrBetween(double wavelength, double divisor) =>
        Assert.Equal(divisor, Scaling.DivisorOf(2 * Math.PI / wavelength), 1e-9);
}
