namespace CoLA.Client;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">Path of the field in the request, for example <c>spec.rank</c>.</param>
/// <param name="Description">What was found, what is allowed, and the cure.</param>
public sealed record FieldViolation(string Field, string Description);
