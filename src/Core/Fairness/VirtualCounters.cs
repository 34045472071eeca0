using CoLA.Core.Naming;

namespace CoLA.Core.Fairness;

/// <summary>
/// Counts what each tenant was served, in tokens, for all kinds of work (virtual token counters, arXiv 2401.00588). The
/// tenant that was served least goes first. When a tenant starts to wait, its counter is raised to the smallest counter of
/// the tenants that already wait: an idle tenant saves up no credit, and a tenant that leaves and returns keeps its debt.
/// Used by one thread.
/// </summary>
internal sealed class VirtualCounters
{
    /// <summary>
    /// Above this number of accounts, those of idle tenants are deleted if their counter would be raised anyway when they
    /// return. It bounds memory and changes no order.
    /// </summary>
    private const int AccountsBeforeCleanup = 1024;

    private readonly Dictionary<TenantId, Account> _accounts = [];
    private long _arrivals;

    /// <summary>Adds the cost of work that was done for a tenant, in tokens.</summary>
    public void Charge(TenantId tenant, double tokens) => AccountOf(tenant).Served += tokens;

    /// <summary>Sort key of a tenant: the smallest goes first. Tenants with equal counters keep the order in which they first appeared.</summary>
    public (double Served, long Arrival) Of(TenantId tenant) => AccountOf(tenant) is var account ? (account.Served, account.Arrival) : default;

    /// <summary>Records that the tenant now waits in one more queue.</summary>
    public void BeginWaiting(TenantId tenant)
    {
        var account = AccountOf(tenant);
        if (account.Queues++ == 0)
        {
            var least = Least(except: account);
            account.Served = Math.Max(account.Served, least);
            DeleteIdleAccounts(least);
        }
    }

    /// <summary>Records that the tenant no longer waits in one of the queues.</summary>
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

    private void DeleteIdleAccounts(double least)
    {
        if (_accounts.Count > AccountsBeforeCleanup)
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

        /// <summary>Number of queues in which the tenant waits.</summary>
        public int Queues { get; set; }

        public required long Arrival { get; init; }
    }
}
