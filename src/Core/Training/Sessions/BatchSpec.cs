using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Losses;

namespace CoLA.Core.Training.Sessions;

/// <summary>The examples of one call, and how their losses become gradients.</summary>
/// <param name="Examples">At least one.</param>
public sealed record BatchSpec(IReadOnlyList<TrainingExample> Examples)
{
    /// <summary>What the gradient of a task is divided by if <see cref="Normalisers"/> does not name the task.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>
    /// What the gradients of these tasks are divided by; finite, above 0. Where the examples of one batch are sent in several
    /// calls, each with the weight of the whole batch as normaliser, the gradients add up to those of the batch.
    /// </summary>
    public IReadOnlyDictionary<TaskName, double> Normalisers { get; init; } = new Dictionary<TaskName, double>();

    /// <summary>What the gradient of a task of this weight is divided by.</summary>
    internal double NormaliserOf(TaskName task, double weight) =>
        Normalisers.TryGetValue(task, out var given) ? given : Reduction == Reduction.Mean ? weight : 1;

    /// <summary>The loss to minimise.</summary>
    public LossSpec Loss { get; init; } = CrossEntropyLoss.Instance;

    /// <summary>Whether to report the log-probabilities of the labelled tokens.</summary>
    public bool LogProbabilities { get; init; }

    /// <summary>
    /// Whether the gradients must have the same bits whoever else trains. Otherwise calls of several sessions may share a
    /// micro-batch.
    /// </summary>
    public bool Deterministic { get; init; }

    /// <exception cref="InvalidArgumentRejection">A normaliser is not finite and above 0, or names a task without examples.</exception>
    internal void Validate()
    {
        var violations = new List<FieldViolation>();
        Loss.Validate("loss", violations);
        InvalidArgumentRejection.ThrowIfAny([.. violations, .. NormaliserViolations()]);
    }

    private IEnumerable<FieldViolation> NormaliserViolations() =>
    [
        .. Normalisers.Where(given => !double.IsFinite(given.Value) || given.Value <= 0)
            .Select(given => new FieldViolation("normalisers", $"{given.Value} of {given.Key} is not a finite number above 0")),
        .. Normalisers.Keys.Except(Examples.Select(example => example.Task))
            .Select(task => new FieldViolation("normalisers", $"{task} has no example in this call")),
    ];
}

/// <summary>What the gradient of a task's weighted sum of losses is divided by.</summary>
public enum Reduction
{
    /// <summary>The task's weight in the call.</summary>
    Mean,

    /// <summary>1.</summary>
    Sum,
}
