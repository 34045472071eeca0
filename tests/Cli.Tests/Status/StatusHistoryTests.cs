using CoLA.Cli.Status;
using CoLA.V1;
using Xunit;

namespace CoLA.Cli.Tests.Status;

public sealed class StatusHistoryTests
{
    private readonly StatusHistory _history = new();

    [Fact]
    public void Add_First_IsSinceTheServerStarted()
    {
        var reading = _history.Add(Statuses.At(10, decoded: 50));

        Assert.Equal((10, 5.0, 10), (reading.Seconds, reading.TokensPerSecond.Decode, reading.LatencySeconds));
        Assert.Empty(_history.TokensPerSecond);
    }

    [Fact]
    public void Add_Second_IsSinceTheFirst()
    {
        _history.Add(Statuses.At(10, decoded: 50));

        var reading = _history.Add(Statuses.At(12, decoded: 90));

        Assert.Equal((2, 20.0, 12), (reading.Seconds, reading.TokensPerSecond.Decode, reading.LatencySeconds));
        Assert.Equal(4, reading.RowsPerStep);
        Assert.Equal([reading.TokensPerSecond], _history.TokensPerSecond);
    }

    [Fact]
    public void Add_MoreThanAMinute_KeepsTheLast()
    {
        StatusReading reading = null!;
        for (var second = 1000; second <= 1200; second++)
        {
            reading = _history.Add(Statuses.At(second, decoded: second * second));
        }

        Assert.Equal(60, reading.LatencySeconds);
        Assert.Equal(Enumerable.Range(1140, 60).Select(second => (2.0 * second) + 1), _history.TokensPerSecond.Select(rates => rates.Decode));
    }

    [Fact]
    public void Add_MoreOftenThanEachSecond_KeepsOneASecond()
    {
        StatusReading reading = null!;
        for (var tenth = 10_000; tenth <= 11_000; tenth++)
        {
            reading = _history.Add(Statuses.At(tenth / 10.0, decoded: tenth % 10 == 0 ? tenth : tenth - 1));
        }

        Assert.Equal(0.1, reading.Seconds, 6);
        Assert.Equal(20, reading.TokensPerSecond.Decode, 6);
        Assert.InRange(_history.TokensPerSecond.Count, 60, 61);
        Assert.All(_history.TokensPerSecond, rates => Assert.InRange(rates.Decode, 8, 12));
    }

    [Fact]
    public void Add_NoStepBetween_HasNoRowsPerStep()
    {
        _history.Add(Statuses.At(10, decoded: 50));

        Assert.Null(_history.Add(Statuses.At(11, decoded: 50)).RowsPerStep);
    }

    [Fact]
    public void Add_Accounts_AreByTenantAndTaskTheBusiestFirst()
    {
        var before = Statuses.At(10, decoded: 0);
        before.Accounts.Add(Statuses.Account("acme", null, 100));
        before.Accounts.Add(Statuses.Account("acme", "tenants/acme/tasks/sort", 7));
        _history.Add(before);
        var now = Statuses.At(11, decoded: 0);
        now.Accounts.Add(Statuses.Account("acme", null, 101));
        now.Accounts.Add(Statuses.Account("acme", "tenants/acme/tasks/sort", 17));
        now.Accounts.Add(new TokenAccount { Tokens = new TokenCounts { Score = 5 } });

        var accounts = _history.Add(now).Accounts;

        Assert.Equal(
            [("acme", "tenants/acme/tasks/sort", 10), (null, null, 5), ("acme", "base", 1)],
            accounts.Select(account => (account.Tenant, account.Task, account.TokensPerSecond.Total)));
    }
}
