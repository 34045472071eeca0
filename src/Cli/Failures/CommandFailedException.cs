namespace CoLA.Cli.Failures;

/// <summary>What the command was asked for did not succeed; the message says why, for people.</summary>
internal class CommandFailedException(string message) : Exception(message);
