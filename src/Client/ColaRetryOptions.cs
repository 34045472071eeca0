namespace CoLA.Client;

/// <summary>
/// How a call is repeated while the server is UNAVAILABLE. Repeating is safe for every call: reads change nothing,
/// changes carry a request id, training steps their sequence number, and a stream is repeated only while nothing of it
/// has arrived.
/// </summary>
public sealed class ColaRetryOptions
{
    /// <summary>Attempts in all, 1 to 20; 1 never repeats. Default 5.</summary>
    public int MaximumAttempts { get; set; } = 5;

    /// <summary>Longest pause before the second attempt; the actual one is drawn below it. Above 0. Default 200 milliseconds.</summary>
    public TimeSpan InitialBackoff { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause of all. Not below <see cref="InitialBackoff"/>. Default 5 seconds.</summary>
    public TimeSpan MaximumBackoff { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>By how much the pause grows with every attempt. 1 or above. Default 2.</summary>
    public double BackoffMultiplier { get; set; } = 2;
}
