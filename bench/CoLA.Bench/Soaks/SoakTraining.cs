using CoLA.Client;
using CoLA.Client.Training;
using CoLA.V1;
using SplitMix64 = CoLA.Core.Data.SplitMix64;

namespace CoLA.Bench.Soaks;

/// <summary>One session that stays open and takes step after step beside the rows: two tasks of its own, and A with them.</summary>
internal sealed class SoakTraining(ColaClient client, string pool, SoakCount done)
{
    private const int LongestExample = 32;

    private static readonly Strategy[] Strategies = [Strategy.Full, Strategy.Heuristic];

    private readonly SplitMix64 _random = SplitMix64.For(2, pool);

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task TrainAsync(CancellationToken cancellation)
    {
        try
        {
            var request = new OpenSessionRequest { Pool = pool, SharedA = SharedA.Trainable, PoolOptimizer = new AdamW { LearningRate = 1e-4 } };
            foreach (var strategy in Strategies)
            {
                var registration = new RegisterTaskRequest
                {
                    TaskId = $"beside-{(int)strategy}",
                    Pool = pool,
                    Spec = new TaskSpec { Strategy = strategy, N = 3 },
                };
                var registered = await client.Tasks.RegisterAsync(registration, cancellationToken: cancellation);
                request.Tasks.Add(new SessionTask { Task = registered.Task.Name, Optimizer = new AdamW { LearningRate = 1e-3 } });
            }

            await using var session = await client.Training.OpenAsync(request, cancellationToken: cancellation);
            while (!cancellation.IsCancellationRequested)
            {
                await StepAsync(session, cancellation);
            }
        }
        catch (Exception failure) when (failure is ColaException or OperationCanceledException)
        {
            if (!cancellation.IsCancellationRequested)
            {
                done.Failed($"training beside: {failure.Message}");
            }
        }
    }

    private async Task StepAsync(TrainingSession session, CancellationToken cancellation)
    {
        var examples = session.Tasks.Select(task => SoakExample.Of(task.Task, _random.Between(2, LongestExample), _random));
        await session.StepAsync([.. examples], cancellationToken: cancellation);
        done.Did("stepsBeside");
    }
}
