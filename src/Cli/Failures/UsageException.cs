
namespace CoLA.Cli.Failures;

/// <summary>The command line is wrong in a way that only shows when it is carried out.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="cure">What to do instead, as a sentence.</param>
internal sealed class UsageException(string message, string? cure = null) : Exception(message)
{
    public string? Cure { get; } = cure;
}
