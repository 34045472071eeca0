namespace CoLA.Core.Rejections;

/// <summary>The request itself is wrong, whatever the state of the system (INVALID_ARGUMENT).</summary>
public sealed class InvalidArgumentRejection : Rejection
{
    public InvalidArgumentRejection(IReadOnlyList<FieldViolation> violations)
        : base(string.Join("; ", violations))
    {
        Violations = violations;
    }

    public InvalidArgumentRejection(string field, string description)
        : this([new FieldViolation(field, description)])
    {
    }

    /// <summary>Everything that is wrong, not only the first.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; }

    /// <summary>Throws when there is at least one violation.</summary>
    public static void ThrowIfAny(IReadOnlyList<FieldViolation> violations)
    {
        if (violations.Count > 0)
        {
            throw new InvalidArgumentRejection(violations);
        }
    }
}
