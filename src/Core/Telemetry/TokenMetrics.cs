using System.Diagnostics.Metrics;
using CoLA.Core.Naming;

namespace CoLA.Core.Telemetry;

/// <summary>
/// Token counts by tenant, task and kind. The first tenants, and the first pairs of tenant and task, get labels of their own
/// for the life of the process. All others share one label, so that the number of time series stays bounded.
/// </summary>
internal sealed class TokenMetrics
{
    /// <summary>Label of all later tenants and tasks. No id starts with an underscore, so it collides with none.</summary>
    public const string Other = "_other";

    /// <summary>Task label of rows that run on the base model.</summary>
    public const string Base = "_base";

    private readonly Lock _lock = new();
    private readonly HashSet<string> _tenants = new(StringComparer.Ordinal);
    private readonly HashSet<(string Tenant, string Task)> _tasks = [];
    private readonly Dictionary<(string Tenant, string Task), TokenAccount> _accounts = [];
    private readonly int _labels;

    public TokenMetrics(Meter meter, int labels)
    {
        _labels = labels;
        meter.CreateObservableCounter("cola.tokens", Measure, "{token}", "Tokens computed");
    }

    /// <summary>The counts for a tenant and a task; a null task is the base model.</summary>
    public TokenAccount Of(TenantId caller, TaskName? task)
    {
        lock (_lock)
        {
            var tenant = IsLabelled(_tenants, caller.Value) ? caller.Value : Other;
            var name = task is not { } named ? Base
                : tenant != Other && IsLabelled(_tasks, (tenant, named.ToString())) ? named.ToString()
                : Other;
            if (!_accounts.TryGetValue((tenant, name), out var account))
            {
                account = new TokenAccount();
                _accounts.Add((tenant, name), account);
            }

            return account;
        }
    }

    private bool IsLabelled<T>(HashSet<T> labels, T name) => labels.Contains(name) || (labels.Count < _labels && labels.Add(name));

    private List<Measurement<long>> Measure()
    {
        lock (_lock)
        {
            return
            [
                .. from account in _accounts
                   from count in account.Value.Counts()
                   where count.Tokens > 0
                   select new Measurement<long>(
                       count.Tokens,
                       KeyValuePair.Create("cola.tenant", (object?)account.Key.Tenant),
                       KeyValuePair.Create("cola.task", (object?)account.Key.Task),
                       KeyValuePair.Create("cola.token.kind", (object?)count.Kind)),
            ];
        }
    }
}
