using CoLA.V1;

namespace CoLA.Cli.Training;

/// <summary>What to train together, and how.</summary>
internal sealed record TrainingPlan
{
    /// <summary><c>pools/POOL</c></summary>
    public required string Pool { get; init; }

    /// <summary>Null for the pool's current version.</summary>
    public string? PoolVersion { get; init; }

    public required IReadOnlyList<TrainingTask> Tasks { get; init; }

    public required int Steps { get; init; }

    /// <summary>Examples of each task in every step.</summary>
    public required int BatchPerTask { get; init; }

    /// <summary>Of every task's heads.</summary>
    public required AdamW Optimizer { get; init; }

    /// <summary>Share of the features that drop out of what adapters read.</summary>
    public double Dropout { get; init; }

    /// <summary>How the tasks, all ADALORA, give up components; null to keep all.</summary>
    public RankBudget? Budget { get; init; }

    /// <summary>Of the shared A; null keeps it frozen.</summary>
    public AdamW? PoolOptimizer { get; init; }

    /// <summary>Of the order of the examples.</summary>
    public ulong Seed { get; init; }

    /// <summary>Keep heads that are pinned to another pool version.</summary>
    public bool Rebase { get; init; }

    /// <summary>Save the session after every so many steps; null never.</summary>
    public int? SaveEvery { get; init; }

    public bool Publish { get; init; } = true;

    /// <summary>Serve what is published, where the tenant may.</summary>
    public bool Serve { get; init; } = true;

    public OpenSessionRequest OpenRequest()
    {
        var request = new OpenSessionRequest
        {
            Pool = Pool,
            Tasks = { Tasks.Select(task => new SessionTask { Task = task.Name, Optimizer = Optimizer, Dropout = Dropout, RankBudget = Budget }) },
            SharedA = PoolOptimizer is null ? SharedA.Frozen : SharedA.Trainable,
            Rebase = Rebase,
        };
        if (PoolOptimizer is not null)
        {
            request.PoolOptimizer = PoolOptimizer;
        }

        if (PoolVersion is not null)
        {
            request.PoolVersion = PoolVersion;
        }

        return request;
    }
}
