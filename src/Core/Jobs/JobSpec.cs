using CoLA.Core.Rejections;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>What a tenant asks of a job.</summary>
/// <param name="Session">The session that it is to train in. Schedules and rank budgets without total steps take those of the job.</param>
public sealed record JobSpec(OpenSessionSpec Session)
{
    public const int DefaultSteps = 100;
    public const int DefaultBatch = 4;
    public const int DefaultCheckpoint = 50;

    /// <summary>The most optimizer steps of a job, also where <see cref="Epochs"/> decides how many there are.</summary>
    public const int MaximumSteps = 1_000_000;

    /// <summary>The most examples of each task in a step.</summary>
    public const int MaximumBatch = 1024;

    /// <summary>Optimizer steps, from 1 to <see cref="MaximumSteps"/>; null to use <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>How many times the job goes through the examples of its largest task; above 0; null to use <see cref="Steps"/>.</summary>
    public double? Epochs { get; init; }

    /// <summary>Examples of each task in a step, from 1 to <see cref="MaximumBatch"/>.</summary>
    public int BatchPerTask { get; init; } = DefaultBatch;

    /// <summary>The seed of the order of the examples.</summary>
    public ulong Seed { get; init; }

    /// <summary>How to evaluate; null for not at all.</summary>
    public EvaluationSpec? Evaluation { get; init; }

    /// <summary>Steps between two checkpoints.</summary>
    public int CheckpointEvery { get; init; } = DefaultCheckpoint;

    /// <summary>Whether to publish at the end.</summary>
    public bool Publish { get; init; } = true;

    /// <summary>Whether to serve the published versions, where the caller may decide that.</summary>
    public bool Serve { get; init; } = true;

    /// <summary>Whether to make the new pool version the current one, where the caller owns the pool.</summary>
    public bool MakeCurrent { get; init; } = true;

    /// <exception cref="InvalidArgumentRejection">With every value that is out of its range.</exception>
    internal void Validate()
    {
        var violations = new List<FieldViolation>();
        void Check(bool holds, string field, string description)
        {
            if (!holds)
            {
                violations.Add(new FieldViolation(field, description));
            }
        }

        Check(Steps is null or (>= 1 and <= MaximumSteps), "steps", $"{Steps} is not in 1..{MaximumSteps}");
        Check(Epochs is null || (double.IsFinite(Epochs.Value) && Epochs > 0), "epochs", $"{Epochs} is not a finite number above 0");
        Check(BatchPerTask is >= 1 and <= MaximumBatch, "batch_per_task", $"{BatchPerTask} is not in 1..{MaximumBatch}");
        Check(CheckpointEvery >= 1, "checkpoint_every", $"{CheckpointEvery} is below 1");
        Evaluation?.Validate("evaluation", violations);
        InvalidArgumentRejection.ThrowIfAny(violations);
    }
}
