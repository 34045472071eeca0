using CoLA.Cli.Failures;

namespace CoLA.Cli.Jobs;

/// <summary>A job did not come to its end.</summary>
internal sealed class JobException(string message) : CommandFailedException(message);
