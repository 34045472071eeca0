using CoLA.Core.Naming;

namespace CoLA.Core.Fairness;

/// <summary>
/// Waiting items of all tenants, in fair order: the tenant with the smallest counter goes first; within a tenant, first
/// come, first served. Used by one thread.
/// </summary>
/// <param name="counters">What each tenant was served so far.</param>
internal sealed class FairQueue<T>(VirtualCounters counters)
{
    private readonly Dictionary<TenantId, LinkedList<T>> _waiting = [];

    /// <summary>Waiting items of all tenants.</summary>
    public int Count { get; private set; }

    /// <summary>Tenants that have waiting items, next tenant first.</summary>
    public IReadOnlyList<TenantId> Turns() => _waiting.Count == 0 ? [] : [.. _waiting.Keys.OrderBy(counters.Of)];

    /// <summary>Waiting items of <paramref name="tenant"/>, which must have some; next item first.</summary>
    public IEnumerable<T> Of(TenantId tenant) => _waiting[tenant];

    /// <summary>Adds an item behind the others of its tenant.</summary>
    public void Add(TenantId tenant, T item) => Arrive(tenant).AddLast(item);

    /// <summary>Adds an item before the others of its tenant.</summary>
    public void AddFirst(TenantId tenant, T item) => Arrive(tenant).AddFirst(item);

    /// <summary>Removes an item; does nothing if it is not in the queue.</summary>
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
