namespace CoLA.Models.Hub;

/// <summary>A request failed for a reason that may pass.</summary>
internal sealed class HubTransientException(string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>When the hub says that it is worth trying again.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
