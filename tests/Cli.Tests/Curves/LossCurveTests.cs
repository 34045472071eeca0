using CoLA.Cli.Curves;
using CoLA.V1;
using Xunit;

namespace CoLA.Cli.Tests.Curves;

public sealed class LossCurveTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(5, 1.5, 4.5)]
    [InlineData(40, 5.5, 35.5)]
    public void FirstAndLatest_OfSoManySteps_ShareNoStep(int steps, double first, double latest)
    {
        var curve = new LossCurve("tenants/acme/tasks/one");
        for (var step = 1; step <= steps; step++)
        {
            curve.Add(step, new TaskStep { LossSum = 2 * step, Weight = 2 });
        }

        Assert.Equal(first, curve.First);
        Assert.Equal(latest, curve.Latest);
    }

    [Fact]
    public void FirstAndLatest_BeforeAnyStep_AreNull()
    {
        var curve = new LossCurve("tenants/acme/tasks/one");

        Assert.Null(curve.First);
        Assert.Null(curve.Latest);
        Assert.Equal("", curve.ToString());
    }
}
