using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Losses;

namespace CoLA.Core.Training.Sessions;

/// <summary>Examples of one call, and what is made of their losses.</summary>
/// <param name="Examples">At least one.</param>
public sealed record BatchSpec(IReadOnlyList<TrainingExample> Examples)
{
    /// <summary>For the tasks that <see cref="Normalisers"/> does not name.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>Numbers of the caller's, finite and above 0, so that several calls equal one.</summary>
    public IReadOnlyDictionary<TaskName, double> Normalisers { get; init; } = new Dictionary<TaskName, double>();

    /// <summary>What the gradient of a task of this weight is divided by.</summary>
    internal double NormaliserOf(TaskName task, double weight) =>
        Normalisers.TryGetValue(task, out var given) ? given : Reduction == Reduction.Mean ? weight : 1;

    /// <summary>What is minimised.</summary>
    public LossSpec Loss { get; init; } = CrossEntropyLoss.Instance;

    /// <summary>Whether the log-probabilities of the tokens that count are asked for.</summary>
    public bool LogProbabilities { get; init; }

    /// <summary>Asks for gradients that are the same bit for bit whoever else trains; else steps of several sessions may share a pass.</summary>
    public bool Deterministic { get; init; }

    /// <exception cref="InvalidArgumentRejection">A normaliser is not finite and above 0, or of a task without examples.</exception>
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
