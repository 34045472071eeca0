using CoLA.Client;
using CoLA.V1;
using SplitMix64 = CoLA.Core.Data.SplitMix64;

namespace CoLA.Bench.Soaks;

/// <summary>
/// A tenant's tasks that never stand still: one after another is trained and switched to a new version, with A frozen or
/// moving, set back to an older one, or deleted and made anew under another name. They take the pools and the strategies in
/// turn.
/// </summary>
internal sealed class SoakTasks(ColaClient client, IReadOnlyList<string> pools, int count, SoakCount done)
{
    /// <summary>Of an example.</summary>
    private const int Tokens = 16;

    private readonly SoakTask[] _tasks = new SoakTask[count];
    private readonly SplitMix64 _random = SplitMix64.For(1, "tasks");
    private int _made;

    /// <summary>The task at a place, as it is now.</summary>
    public SoakTask this[int at] => Volatile.Read(ref _tasks[at]);

    public int Count => _tasks.Length;

    public async Task MakeAllAsync(CancellationToken cancellation)
    {
        for (var at = 0; at < _tasks.Length; at++)
        {
            await MakeAsync(at, cancellation);
        }
    }

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task ChangeAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var at = _random.Below(_tasks.Length);
            try
            {
                await (_random.Below(8) switch
                {
                    0 => DeleteAsync(at, cancellation),
                    1 or 2 => SetBackAsync(this[at], cancellation),
                    3 => TrainAsync(this[at], SharedA.Trainable, cancellation),
                    _ => TrainAsync(this[at], SharedA.Frozen, cancellation),
                });
            }
            catch (Exception failure) when (failure is ColaException or OperationCanceledException)
            {
                if (!cancellation.IsCancellationRequested)
                {
                    done.Failed($"changing {this[at].Name}: {failure.Message}");
                }
            }
        }
    }

    private async Task MakeAsync(int at, CancellationToken cancellation)
    {
        var full = _made % 2 == 0;
        var pool = pools[_made / 2 % pools.Count];
        var request = new RegisterTaskRequest
        {
            TaskId = $"soak-{_made++}",
            Pool = pool,
            Spec = new TaskSpec { Strategy = full ? Strategy.Full : Strategy.Heuristic, N = 3, Seed = at },
        };
        var task = new SoakTask((await client.Tasks.RegisterAsync(request, cancellationToken: cancellation)).Task.Name, pool);
        await TrainAsync(task, SharedA.Frozen, cancellation);
        Volatile.Write(ref _tasks[at], task);
        done.Did("registered");
    }

    private async Task DeleteAsync(int at, CancellationToken cancellation)
    {
        var task = this[at];
        task.IsLeaving = true;
        await client.Tasks.DeleteAsync(new DeleteTaskRequest { Name = task.Name }, cancellationToken: cancellation);
        done.Did("deleted");
        await MakeAsync(at, cancellation);
    }

    private async Task SetBackAsync(SoakTask task, CancellationToken cancellation)
    {
        var versions = await client.Tasks.ListVersionsAsync(task.Name, cancellation).ToArrayAsync(cancellation);
        var chosen = versions[_random.Below(versions.Length)];
        await client.Tasks.SetServedVersionAsync(new SetServedVersionRequest { Version = chosen.Name }, cancellationToken: cancellation);
        done.Did("setBack");
    }

    private async Task TrainAsync(SoakTask task, SharedA sharedA, CancellationToken cancellation)
    {
        var served = await client.Tasks.ListVersionsAsync(task.Name, cancellation).FirstAsync(version => version.Served, cancellation);
        var request = new OpenSessionRequest
        {
            Pool = task.Pool,
            PoolVersion = served.PoolVersion,
            SharedA = sharedA,
            PoolOptimizer = sharedA == SharedA.Trainable ? new AdamW { LearningRate = 1e-4 } : null,
            Tasks = { new SessionTask { Task = task.Name, Optimizer = new AdamW { LearningRate = 1e-3 } } },
        };
        await using var session = await client.Training.OpenAsync(request, cancellationToken: cancellation);
        await session.StepAsync([SoakExample.Of(task.Name, Tokens, _random)], cancellationToken: cancellation);
        await session.PublishAsync(makeCurrent: false, cancellationToken: cancellation);
        await session.CloseAsync(cancellationToken: cancellation);
        done.Did(sharedA == SharedA.Trainable ? "publishedPoolVersion" : "published");
    }
}
