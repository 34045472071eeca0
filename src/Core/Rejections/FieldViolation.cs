namespace CoLA.Core.Rejections;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">Path of the field as the caller wrote it, for example <c>spec.rank</c>.</param>
/// <param name="Description">What was found, what is allowed, and the cure.</param>
public sealed record FieldViolation(string Field, string Description)
{
    /// <summary>Both as people read them: the field, a colon, the description.</summary>
    public override string ToString() => $"{Field}: {Description}";
}
