namespace CoLA.Core.Data.Examples;

/// <summary>One record cannot be read; the reader notes it with its line and goes on to the next.</summary>
internal sealed class LineFault(string problem) : Exception(problem);
