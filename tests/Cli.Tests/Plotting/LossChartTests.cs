using CoLA.Cli.Curves;
using CoLA.Cli.Plotting;
using CoLA.V1;
using Spectre.Console.Testing;
using Xunit;

namespace CoLA.Cli.Tests.Plotting;

public sealed class LossChartTests
{
    [Fact]
    public void Chart_OfAPipe_IsEightyColumnsWideAndShowsBothCurves()
    {
        using var console = new TestConsole().Width(160);

        console.Write(new LossChart(Curve(200)));

        var lines = console.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(15, lines.Length);
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.Contains("acme/one: loss by step", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("  4.000 ", lines[1], StringComparison.Ordinal);
        Assert.Equal(5, lines[1..13].Sum(line => line.Count(letter => letter == 'o')));
        Assert.Contains(lines[1..13], line => line.Any(letter => letter is > '\u2800' and <= '\u28FF'));
        Assert.EndsWith("200", lines[14], StringComparison.Ordinal);
    }

    [Fact]
    public void Chart_OfOnePoint_IsDrawn()
    {
        using var console = new TestConsole().Width(40);

        console.Write(new LossChart(Curve(1)));

        Assert.Contains("1.000", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Chart_OfNothing_IsNothing()
    {
        using var console = new TestConsole();

        console.Write(new LossChart(new LossCurve("tenants/acme/tasks/one")));

        Assert.Empty(console.Output);
    }

    private static LossCurve Curve(int steps)
    {
        var curve = new LossCurve("tenants/acme/tasks/one");
        for (var step = 1; step <= steps; step++)
        {
            curve.Add(step, new TaskStep { LossSum = 2 * (1 + 1.0 / step) - 2, Weight = 2 });
        }

        for (var step = 0; step <= steps && steps > 1; step += steps / 4)
        {
            curve.Add(step, new TaskLoss { LossSum = 8 / (1 + step / 50.0), Weight = 2 });
        }

        return curve;
    }
}
