using CoLA.Core.Naming;

namespace CoLA.Core.Fairness;

/// <summary>What waits, by tenant, and whose turn it is: between tenants by <paramref name="counters"/>, within a tenant in the order of arrival.</summary>
internal sealed class FairQueue<T>(VirtualCounters counters)
{
    private readonly Dictionary<TenantId, LinkedList<T>> _waiting = [];

    public int Count { get; private set; }

    /// <summary>Tenants that wait, in the order of their turns.</summary>
    public IReadOnlyList<TenantId> Turns() => _waiting.Count == 0 ? [] : [.. _waiting.Keys.OrderBy(counters.Of)];

    /// <summary>What <paramref name="tenant"/> waits for, first come first.</summary>
    public IEnumerable<T> Of(TenantId tenant) => _waiting[tenant];

    public void Add(TenantId tenant, T item) => Arrive(tenant).AddLast(item);

    /// <summary>Puts something back in front of what else its tenant waits for.</summary>
    public void AddFirst(TenantId tenant, T item) => Arrive(tenant).AddFirst(item);

    public void Remove(TenantId tenant, T item)
    {
        if (!_waiting.TryGetValue(tenant, out var items) || !items.Remove(item))
        {
            return;
        }

        Count--;
        if (items.Count == 0)
        {
            _waiting.Remove(tenant);
            counters.EndWaiting(tenant);
        }
    }

    private LinkedList<T> Arrive(TenantId tenant)
    {
        if (!_waiting.TryGetValue(tenant, out var items))
        {
            items = [];
            _waiting.Add(tenant, items);
            counters.BeginWaiting(tenant);
        }

        Count++;
        return items;
    }
}
