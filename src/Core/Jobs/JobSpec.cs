using CoLA.Core.Rejections;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>What a tenant asks of a job.</summary>
/// <param name="Session">The session that it is to train in. Schedules and rank budgets with no total steps go by the job's.</param>
public sealed record JobSpec(OpenSessionSpec Session)
{
    public const int DefaultSteps = 100;
    public const int DefaultBatch = 4;
    public const int DefaultCheckpoint = 50;

    /// <summary>At least 1; null for <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>How often the largest task's examples are gone through, above 0; null for <see cref="Steps"/>.</summary>
    public double? Epochs { get; init; }

    /// <summary>Examples of each task in a step.</summary>
    public int BatchPerTask { get; init; } = DefaultBatch;

    /// <summary>Of the order of the examples.</summary>
    public ulong Seed { get; init; }

    /// <summary>Null to evaluate nothing.</summary>
    public EvaluationSpec? Evaluation { get; init; }

    /// <summary>Steps between two checkpoints.</summary>
    public int CheckpointEvery { get; init; } = DefaultCheckpoint;

    public bool Publish { get; init; } = true;

    /// <summary>Serve what is published, where the caller may.</summary>
    public bool Serve { get; init; } = true;

    /// <summary>Move the pool's current version, where the caller owns the pool.</summary>
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

        Check(Steps is null or >= 1, "steps", $"{Steps} is below 1");
        Check(Epochs is null || (double.IsFinite(Epochs.Value) && Epochs > 0), "epochs", $"{Epochs} is not a finite number above 0");
        Check(BatchPerTask >= 1, "batch_per_task", $"{BatchPerTask} is below 1");
        Check(CheckpointEvery >= 1, "checkpoint_every", $"{CheckpointEvery} is below 1");
        Evaluation?.Validate("evaluation", violations);
        InvalidArgumentRejection.ThrowIfAny(violations);
    }
}
