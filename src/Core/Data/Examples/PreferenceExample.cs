namespace CoLA.Core.Data.Examples;

/// <summary>A prompt with an answer that was chosen and one that was rejected.</summary>
/// <param name="Prompt">What both answer.</param>
/// <param name="Chosen">The better answer.</param>
/// <param name="Rejected">The worse.</param>
/// <param name="References">Log-probabilities of the two answers under the reference; null for the bare base's.</param>
public sealed record PreferenceExample(string Prompt, string Chosen, string Rejected, (double Chosen, double Rejected)? References = null) : Example;
