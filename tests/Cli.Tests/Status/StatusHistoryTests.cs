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
        Assert.Empty(_history.Readings);
    }

    [Fact]
    public void Add_Second_IsSinceTheFirst()
    {
        _history.Add(Statuses.At(10, decoded: 50));

        var reading = _history.Add(Statuses.At(12, decoded: 90));

        Assert.Equal((2, 20.0, 12), (reading.Seconds, reading.TokensPerSecond.Decode, reading.LatencySeconds));
        Assert.Equal(4, reading.RowsPerStep);
        Assert.Equal([reading], _history.Readings);
    }

    [Fact]
    public void Add_MoreThanAMinute_KeepsTheLast()
    {
        for (var second = 1000; second <= 1200; second++)
        {
            _history.Add(Statuses.At(second, decoded: second));
        }

        Assert.Equal(StatusHistory.MaximumReadings, _history.Readings.Count);
        Assert.Equal((1141, 1200), (_history.Readings[0].Status.Uptime.Seconds, _history.Readings[^1].Status.Uptime.Seconds));
        Assert.Equal(60, _history.Readings[^1].LatencySeconds);
        Assert.All(_history.Readings, reading => Assert.Equal(1, reading.TokensPerSecond.Decode));
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
