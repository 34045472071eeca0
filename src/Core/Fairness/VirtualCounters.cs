using CoLA.Core.Naming;

namespace CoLA.Core.Fairness;

/// <summary>
/// What each tenant was served, in tokens, whatever the kind of work (virtual token counters, arXiv 2401.00588). Whoever
/// was served least goes first. A tenant that begins to wait starts at the smallest counter of those that wait already:
/// pausing saves nothing up, and leaving does not wipe out what was served. Used by one thread.
/// </summary>
internal sealed class VirtualCounters
{
    /// <summary>Tenants that are kept although they do not wait; more, and those who would start afresh anyway go.</summary>
    private const int Kept = 1024;

    private readonly Dictionary<TenantId, Account> _accounts = [];
    private long _arrivals;

    /// <summary>Counts work that was done for a tenant.</summary>
    public void Charge(TenantId tenant, double tokens) => AccountOf(tenant).Served += tokens;

    /// <summary>Where a tenant stands among others; smaller goes first, equals in the order in which they first came.</summary>
    public (double Served, long Arrival) Of(TenantId tenant) => AccountOf(tenant) is var account ? (account.Served, account.Arrival) : default;

    /// <summary>The tenant has work that waits, in one queue more.</summary>
    public void BeginWaiting(TenantId tenant)
    {
        var account = AccountOf(tenant);
        if (account.Queues++ == 0)
        {
            var least = Least(except: account);
            account.Served = Math.Max(account.Served, least);
            Forget(least);
        }
    }

    /// <summary>The tenant has no more work that waits in one of the queues.</summary>
    public void EndWaiting(TenantId tenant) => AccountOf(tenant).Queues--;

    private Account AccountOf(TenantId tenant)
    {
        if (!_accounts.TryGetValue(tenant, out var account))
        {
            account = new Account { Arrival = _arrivals++ };
            _accounts.Add(tenant, account);
        }

        return account;
    }

    private double Least(Account except)
    {
        var least = double.PositiveInfinity;
        foreach (var account in _accounts.Values)
        {
            if (account.Queues > 0 && account != except)
            {
                least = Math.Min(least, account.Served);
            }
        }

        return double.IsPositiveInfinity(least) ? 0 : least;
    }

    private void Forget(double least)
    {
        if (_accounts.Count > Kept)
        {
            foreach (var tenant in _accounts.Where(
                account => account.Value.Queues == 0 && account.Value.Served <= least).Select(account => account.Key).ToArray())
            {
                _accounts.Remove(tenant);
            }
        }
    }

    private sealed class Account
    {
        public double Served { get; set; }

        /// <summary>Queues in which it waits.</summary>
        public int Queues { get; set; }

        public required long Arrival { get; init; }
    }
}
