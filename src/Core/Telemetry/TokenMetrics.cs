using System.Diagnostics.Metrics;
using CoLA.Core.Naming;

namespace CoLA.Core.Telemetry;

/// <summary>
/// Tokens by tenant, task and kind. The first tenants that come, and the first pairs of a tenant and a task, are counted
/// under their names for as long as the process lives; all others together, so that what is collected stays bounded.
/// </summary>
internal sealed class TokenMetrics
{
    /// <summary>Label of everybody who came later. No id begins with an underscore: nobody is called so.</summary>
    public const string Other = "_other";

    /// <summary>Label of the bare base model where a task could stand.</summary>
    public const string Base = "_base";

    private readonly Lock _door = new();
    private readonly HashSet<string> _tenants = new(StringComparer.Ordinal);
    private readonly HashSet<(string Tenant, string Task)> _tasks = [];
    private readonly Dictionary<(string Tenant, string Task), TokenAccount> _accounts = [];
    private readonly int _labels;

    public TokenMetrics(Meter meter, int labels)
    {
        _labels = labels;
        meter.CreateObservableCounter("cola.tokens", Measure, "{token}", "Tokens computed");
    }

    /// <summary>Where the tokens of a caller with a task (null: the bare base) are counted.</summary>
    public TokenAccount Of(TenantId caller, TaskName? task)
    {
        lock (_door)
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
        lock (_door)
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
