using CoLA.Cli.Rendering;
using CoLA.Cli.Status;
using CoLA.Cli.Tests.Status;
using CoLA.V1;
using Spectre.Console.Testing;
using Xunit;

namespace CoLA.Cli.Tests.Rendering;

public sealed class StatusTablesTests
{
    private const int Width = 80;

    private readonly StatusHistory _history = new();

    [Fact]
    public void Screen_BusyServer_FitsInto80ColumnsAnd24Lines()
    {
        StatusReading reading = null!;
        for (var second = 1; second <= 70; second++)
        {
            var status = Statuses.At(200_000 + second, decoded: 1000 * second * second);
            for (var task = 0; task < 12; task++)
            {
                status.Accounts.Add(
                    Statuses.Account("tenant-of-the-longest-name", $"tenants/tenant-of-the-longest-name/tasks/support-triage-{task}", second * task * 1000));
            }

            reading = _history.Add(status);
        }

        using var console = new TestConsole().Width(Width);
        console.Write(StatusTables.Screen(reading, _history.TokensPerSecond));

        Assert.All(console.Lines, line => Assert.True(line.TrimEnd().Length <= Width, line));
        Assert.InRange(console.Lines.Count, 20, 23);
        Assert.Contains("up 2d 7:34:30", console.Output, StringComparison.Ordinal);
        Assert.Contains("64 running, 1234 waiting, 4.0 a step", console.Output, StringComparison.Ordinal);
        Assert.Contains("██████████░░░░░░░░░░ 1.0 GiB of 2.0 GiB (50%)", console.Output, StringComparison.Ordinal);
        Assert.Contains("100 resident (900.0 MiB), 10,000 loads, 9,900 evictions", console.Output, StringComparison.Ordinal);
        Assert.Contains("p50 100 ms p95 >10 s (over 1:00)", console.Output, StringComparison.Ordinal);
        Assert.Contains("decode   139,000 ▂", console.Output, StringComparison.Ordinal);
        Assert.Contains("tenant-of-the-lon… support-triage-11   11,000", console.Output, StringComparison.Ordinal);
        Assert.Contains("and 6 more", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Screen_Accounts_AreNamedAsPeopleTypeThem()
    {
        using var console = new TestConsole().Width(Width);
        var status = Statuses.At(1, decoded: 0);
        status.Accounts.Add(Statuses.Account("globex", "tenants/acme/tasks/sort", 30));
        status.Accounts.Add(Statuses.Account("acme", null, 20));
        status.Accounts.Add(new TokenAccount { Tokens = new TokenCounts { Train = 10 } });

        console.Write(StatusTables.Screen(_history.Add(status), _history.TokensPerSecond));

        Assert.Contains("globex   acme/sort     30.0   30.0", console.Output, StringComparison.Ordinal);
        Assert.Contains("acme     base          20.0   20.0", console.Output, StringComparison.Ordinal);
        Assert.Contains("(others) (others)      10.0    0.0     0.0  10.0", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Screen_IdleServer_HasNoFigureThatIsNone()
    {
        using var console = new TestConsole().Width(Width);
        _history.Add(Statuses.At(1, decoded: 0));

        console.Write(StatusTables.Screen(_history.Add(Statuses.At(2, decoded: 0)), _history.TokensPerSecond));

        Assert.Contains("p50 - p95 -", console.Output, StringComparison.Ordinal);
        Assert.Contains("No tokens yet", console.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Sparkline_Values_AreAsHighAsTheirShareAndStandAtTheRight()
    {
        using var console = new TestConsole().Width(Width);

        console.Write(new Sparkline([5, 0, 1, 4, 8], 6));

        Assert.Equal(" ▅ ▁▄█", console.Output.TrimEnd());
    }

    [Fact]
    public void Sparkline_TerminalWithoutUnicode_IsAscii()
    {
        using var console = new TestConsole().Width(Width);
        console.Profile.Capabilities.Unicode = false;

        console.Write(new Sparkline([0, 1, 4], 3));
        console.Write(new Gauge(0.5, 4));

        Assert.Equal(" .###..", console.Output.TrimEnd());
    }
}
