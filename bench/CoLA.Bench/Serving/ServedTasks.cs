using CoLA.Client;
using CoLA.Core.Rejections;
using CoLA.V1;
using SplitMix64 = CoLA.Core.Data.SplitMix64;

namespace CoLA.Bench.Serving;

/// <summary>
/// Tasks on a running server, made over its contract: one pool shared by all tenants, and tasks that each took one short
/// training step, so that each has heads of its own. Disposing deletes them.
/// </summary>
internal sealed class ServedTasks : IAsyncDisposable
{
    private const int TasksOfOneSession = 16;

    // Adam's first step moves every weight by about this much, whatever the gradient.
    private const double LearningRate = 1e-2;

    private readonly ColaClient _client;
    private readonly Pool _pool;
    private readonly List<string> _made = [];

    private ServedTasks(ColaClient client, Pool pool)
    {
        _client = client;
        _pool = pool;
    }

    /// <summary><c>tenants/TENANT/tasks/TASK</c>, tenant by tenant in turn.</summary>
    public IReadOnlyList<string> Names => _made;

    /// <summary>Name of the server's base model.</summary>
    public string Model => _pool.BaseModel.Name;

    public static async Task<ServedTasks> MakeAsync(ColaClient client, string[] tenants, int count, Action<int> made, CancellationToken cancellation)
    {
        var sharing = new Sharing { Visibility = Visibility.Shared, Tenants = { tenants.Skip(1) } };
        var pool = await client.As(tenants[0]).Pools.CreateAsync(
            new CreatePoolRequest
            {
                Spec = new PoolSpec { M = 2, Rank = 8, Initialisation = Initialisation.Gaussian },
                Sharing = tenants.Length > 1 ? sharing : null,
            },
            cancellationToken: cancellation);
        var tasks = new ServedTasks(client, pool);
        try
        {
            await tasks.RegisterAsync(tenants, count, made, cancellation);
            return tasks;
        }
        catch
        {
            await tasks.DisposeAsync();
            throw;
        }
    }

    /// <summary>The tenant that a task's name begins with.</summary>
    public static string TenantOf(string task) => task.Split('/') is ["tenants", var tenant, "tasks", _]
        ? tenant
        : throw new InvalidArgumentRejection("task", $"'{task}' is not a name like tenants/TENANT/tasks/TASK");

    /// <summary>One step of every task with A frozen, each on a text of its own; published and served.</summary>
    public static async Task TrainAsync(ColaClient tenant, string pool, IReadOnlyList<string> tasks, CancellationToken cancellation)
    {
        var request = new OpenSessionRequest
        {
            Pool = pool,
            SharedA = SharedA.Frozen,
            Tasks = { tasks.Select(task => new SessionTask { Task = task, Optimizer = new AdamW { LearningRate = LearningRate } }) },
        };
        await using var session = await tenant.Training.OpenAsync(request, cancellationToken: cancellation);
        await session.StepAsync(tasks.Select(ExampleOf), cancellationToken: cancellation);
        await session.PublishAsync(cancellationToken: cancellation);
        await session.CloseAsync(cancellationToken: cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var task in _made)
        {
            await _client.As(TenantOf(task)).Tasks.DeleteAsync(new DeleteTaskRequest { Name = task });
        }

        await _client.As(_pool.Owner).Pools.DeleteAsync(new DeletePoolRequest { Name = _pool.Name });
    }

    private async Task RegisterAsync(string[] tenants, int count, Action<int> made, CancellationToken cancellation)
    {
        var id = _pool.Name.Split('/')[^1];
        for (var at = 0; at < count; at++)
        {
            var request = new RegisterTaskRequest
            {
                TaskId = $"{id}-{at}",
                Pool = _pool.Name,
                Spec = new TaskSpec { Strategy = Strategy.Heuristic, N = 3, Seed = at },
            };
            _made.Add((await _client.As(tenants[at % tenants.Length]).Tasks.RegisterAsync(request, cancellationToken: cancellation)).Task.Name);
        }

        foreach (var part in _made.GroupBy(TenantOf).SelectMany(tenant => tenant.Chunk(TasksOfOneSession)))
        {
            await TrainAsync(_client.As(TenantOf(part[0])), _pool.Name, part, cancellation);
            made(part.Length);
        }
    }

    private static Example ExampleOf(string task)
    {
        const int tokens = 8;
        var random = SplitMix64.For(1, task);
        return new Example
        {
            Task = task,
            Tokens = new TokenExample
            {
                Ids = { Enumerable.Range(0, tokens).Select(_ => random.Below(256)) },
                Weights = { Enumerable.Repeat(1f, tokens) },
            },
        };
    }
}
