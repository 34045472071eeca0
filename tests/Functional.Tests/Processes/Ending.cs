namespace CoLA.Functional.Tests.Processes;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">What it told the shell.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Ending(int ExitCode, string Output, string Error);
