using CoLA.Core.Fairness;
using CoLA.Core.Naming;
using Xunit;

namespace CoLA.Core.Tests.Fairness;

public sealed class FairQueueTests
{
    private static readonly TenantId Busy = new("busy");
    private static readonly TenantId Rare = new("rare");

    private readonly VirtualCounters _counters = new();

    [Fact]
    public void Turns_OneTenantHasManyItems_BothAreServedEqually()
    {
        var queue = new FairQueue<int>(_counters);
        for (var item = 0; item < 100; item++)
        {
            queue.Add(Busy, item);
        }

        for (var item = 0; item < 10; item++)
        {
            queue.Add(Rare, item);
        }

        var served = Serve(queue, 20);

        Assert.Equal(10, served.Count(turn => turn.Tenant == Rare));
    }

    [Fact]
    public void Turns_WithinATenant_FirstComeFirstServed()
    {
        var queue = new FairQueue<int>(_counters);
        queue.Add(Busy, 1);
        queue.Add(Busy, 2);
        queue.AddFirst(Busy, 0);

        Assert.Equal([0, 1, 2], Serve(queue, 3).Select(turn => turn.Item));
    }

    [Fact]
    public void Turns_ExpensiveWork_IsChargedByItsTokens()
    {
        var queue = new FairQueue<int>(_counters);
        for (var item = 0; item < 12; item++)
        {
            queue.Add(Busy, item);
            queue.Add(Rare, item);
        }

        var served = Serve(queue, 12, tenant => tenant == Busy ? 3 : 1);

        Assert.Equal(9, served.Count(turn => turn.Tenant == Rare));
    }

    [Fact]
    public void Turns_TenantWasIdle_HasNoCredit()
    {
        var queue = new FairQueue<int>(_counters);
        for (var item = 0; item < 100; item++)
        {
            queue.Add(Busy, item);
        }

        Serve(queue, 50);
        for (var item = 0; item < 50; item++)
        {
            queue.Add(Rare, item);
        }

        Assert.InRange(Serve(queue, 20).Count(turn => turn.Tenant == Rare), 9, 11);
    }

    [Fact]
    public void Turns_TenantLeavesAndReturns_KeepsItsCount()
    {
        var queue = new FairQueue<int>(_counters);
        queue.Add(Busy, 0);
        queue.Add(Rare, 0);
        _counters.Charge(Busy, 100);
        queue.Remove(Busy, 0);
        queue.Add(Busy, 1);

        Assert.Equal([Rare, Busy], queue.Turns());
    }

    [Fact]
    public void Turns_TwoQueues_ShareTheCounters()
    {
        var rows = new FairQueue<int>(_counters);
        var work = new FairQueue<int>(_counters);
        rows.Add(Busy, 0);
        rows.Add(Rare, 0);
        work.Add(Busy, 0);
        _counters.Charge(Busy, 1);

        Assert.Equal([Rare, Busy], rows.Turns());
    }

    private List<(TenantId Tenant, int Item)> Serve(FairQueue<int> queue, int count, Func<TenantId, double>? cost = null)
    {
        var served = new List<(TenantId Tenant, int Item)>();
        while (served.Count < count)
        {
            var tenant = queue.Turns()[0];
            var item = queue.Of(tenant).First();
            queue.Remove(tenant, item);
            _counters.Charge(tenant, cost?.Invoke(tenant) ?? 1);
            served.Add((tenant, item));
        }

        return served;
    }
}
