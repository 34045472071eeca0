namespace CoLA.Core.Tenancy;

/// <summary>
/// What waits, by tenant, and whose turn it is: virtual token counters (arXiv 2401.00588). Each tenant's counter grows
/// with what it was served; the tenant with the smallest goes first, and within a tenant the order of arrival holds. A
/// tenant that comes back after a pause starts at the smallest counter of those that wait: pausing saves nothing up.
/// </summary>
internal sealed class FairQueue<T>
{
    private readonly Dictionary<TenantId, Account> _accounts = [];

    public int Count { get; private set; }

    /// <summary>Tenants that wait, in the order of their turns.</summary>
    public IReadOnlyList<TenantId> Turns() =>
        [.. _accounts.Where(account => account.Value.Items.Count > 0).OrderBy(account => account.Value.Served).ThenBy(account => account.Value.Order).Select(account => account.Key)];

    /// <summary>What <paramref name="tenant"/> waits for, first come first.</summary>
    public IEnumerable<T> Of(TenantId tenant) => _accounts[tenant].Items;

    public void Add(TenantId tenant, T item) => Arrive(tenant).AddLast(item);

    /// <summary>Puts something back in front of what else its tenant waits for.</summary>
    public void AddFirst(TenantId tenant, T item) => Arrive(tenant).AddFirst(item);

    public void Remove(TenantId tenant, T item)
    {
        if (_accounts[tenant].Items.Remove(item))
        {
            Count--;
        }
    }

    /// <summary>Counts work that was done for a tenant, in the one currency of all work: tokens.</summary>
    public void Charge(TenantId tenant, double tokens) => AccountOf(tenant).Served += tokens;

    private LinkedList<T> Arrive(TenantId tenant)
    {
        var account = AccountOf(tenant);
        if (account.Items.Count == 0)
        {
            var least = LeastWaiting();
            account.Served = Math.Max(account.Served, least);
            Forget(least);
        }

        Count++;
        return account.Items;
    }

    private Account AccountOf(TenantId tenant)
    {
        if (!_accounts.TryGetValue(tenant, out var account))
        {
            account = new Account { Order = _accounts.Count };
            _accounts.Add(tenant, account);
        }

        return account;
    }

    private double LeastWaiting()
    {
        var waiting = _accounts.Values.Where(account => account.Items.Count > 0).Select(account => account.Served).ToArray();
        return waiting.Length > 0 ? waiting.Min() : 0;
    }

    /// <summary>Drops tenants that do not wait and would start at <paramref name="least"/> anyway, so that not every tenant that ever came is kept.</summary>
    private void Forget(double least)
    {
        const int Kept = 1024;
        if (_accounts.Count > Kept)
        {
            foreach (var tenant in _accounts.Where(account => account.Value.Items.Count == 0 && account.Value.Served <= least).Select(account => account.Key).ToArray())
            {
                _accounts.Remove(tenant);
            }
        }
    }

    private sealed class Account
    {
        public LinkedList<T> Items { get; } = [];

        public double Served { get; set; }

        /// <summary>Breaks ties by who came first.</summary>
        public required long Order { get; init; }
    }
}
