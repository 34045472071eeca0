namespace CoLA.Client;

/// <summary>Where the server is, who calls, and how patient the caller is.</summary>
public sealed class ColaClientOptions
{
    /// <summary>The server's address, for example <c>http://localhost:5290</c>. Required, http or https.</summary>
    public Uri? Address { get; set; }

    /// <summary>Id of the tenant that calls. Required: 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit.</summary>
    public string Tenant { get; set; } = "";

    /// <summary>Deadline of calls that only look something up or note something down. Above 0. Default 30 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Deadline of calls that compute: making a pool or a task, everything in a session, generating and scoring.
    /// Above 0. Default 10 minutes.
    /// </summary>
    public TimeSpan ComputeTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>What happens when the server cannot be reached.</summary>
    public ColaRetryOptions Retry { get; set; } = new();
}
