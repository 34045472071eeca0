namespace CoLA.Core.Rejections;

/// <summary>There is no room for the request now (RESOURCE_EXHAUSTED).</summary>
/// <param name="message">Which limit was met, and its value.</param>
/// <param name="retryAfter">When it is worth trying again; null where waiting does not help.</param>
public sealed class ExhaustedRejection(string message, TimeSpan? retryAfter = null) : Rejection(message)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
