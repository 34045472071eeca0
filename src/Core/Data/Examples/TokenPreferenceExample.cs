namespace CoLA.Core.Data.Examples;

/// <summary>The same as token ids; weights of 1 mark the tokens of the answers.</summary>
public sealed record TokenPreferenceExample(TokenExample Chosen, TokenExample Rejected, (double Chosen, double Rejected)? References = null) : Example;
