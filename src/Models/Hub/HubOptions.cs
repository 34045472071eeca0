using CoLA.Core.Rejections;

namespace CoLA.Models.Hub;

/// <summary>Where the hub is and who asks.</summary>
public sealed record HubOptions
{
    /// <summary>Default: https://huggingface.co.</summary>
    public Uri BaseAddress { get; init; } = new("https://huggingface.co");

    /// <summary>An access token for private and gated models; it is sent to <see cref="BaseAddress"/> alone. Null: none.</summary>
    public string? Token { get; init; }

    /// <summary>How long the hub may send nothing before the connection counts as broken. Default: one minute.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Retries of a request that failed for a passing reason; progress starts the count anew. Default: 4.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>Before the first retry; it doubles with each. Default: one second.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The address from HF_ENDPOINT and the token from HF_TOKEN, where they are set.</summary>
    /// <exception cref="InvalidArgumentRejection">HF_ENDPOINT is no address.</exception>
    public static HubOptions FromEnvironment()
    {
        var options = new HubOptions { Token = Environment.GetEnvironmentVariable("HF_TOKEN") is { Length: > 0 } token ? token.Trim() : null };
        return Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } endpoint
            ? options with
            {
                BaseAddress = Uri.TryCreate(endpoint, UriKind.Absolute, out var address)
                    ? address
                    : throw new InvalidArgumentRejection("HF_ENDPOINT", $"'{endpoint}' is not an absolute address"),
            }
            : options;
    }

    /// <exception cref="InvalidArgumentRejection">The address is not one of HTTP, or the token would travel unencrypted.</exception>
    public void Validate()
    {
        if (!BaseAddress.IsAbsoluteUri || BaseAddress.Scheme is not ("https" or "http"))
        {
            throw new InvalidArgumentRejection("base_address", $"'{BaseAddress}' is not an https address");
        }

        if (Token is not null && BaseAddress.Scheme != "https" && !BaseAddress.IsLoopback)
        {
            throw new InvalidArgumentRejection("base_address", $"the token would be sent unencrypted to '{BaseAddress}'; use https, or unset HF_TOKEN");
        }
    }
}
