using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace CoLA.Client.Calls;

/// <summary>Opens channels as the options say.</summary>
internal static class Channels
{
    /// <summary>Largest message either way, and largest request that can be repeated.</summary>
    public const int MaximumMessageBytes = 64 * 1024 * 1024;

    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">With everything that is wrong with the options.</exception>
    public static GrpcChannel Open(ColaClientOptions options, ILoggerFactory? loggers)
    {
        ColaClientOptionsValidator.ThrowIfInvalid(options);
        return GrpcChannel.ForAddress(options.Address!, new GrpcChannelOptions
        {
            LoggerFactory = loggers,
            MaxReceiveMessageSize = MaximumMessageBytes,
            MaxSendMessageSize = MaximumMessageBytes,
            MaxRetryAttempts = options.Retry.MaximumAttempts,
            MaxRetryBufferPerCallSize = MaximumMessageBytes,
            MaxRetryBufferSize = 4L * MaximumMessageBytes,
            ServiceConfig = Retrying(options.Retry),
            DisposeHttpClient = true,

            // Handed a client rather than a handler, the channel leaves connections to it. Its own keeping of them can lose the
            // news that a dropped one is there again, and calls without a deadline then wait for ever.
            HttpClient = new HttpClient(Handler()) { Timeout = Timeout.InfiniteTimeSpan },
        });
    }

    private static SocketsHttpHandler Handler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(10),
        EnableMultipleHttp2Connections = true,

        // A long step is silent: pings tell a working server from one that is gone.
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
    };

    private static ServiceConfig? Retrying(ColaRetryOptions retry) => retry.MaximumAttempts == 1 ? null : new ServiceConfig
    {
        MethodConfigs =
        {
            new MethodConfig
            {
                Names = { MethodName.Default },
                RetryPolicy = new RetryPolicy
                {
                    MaxAttempts = retry.MaximumAttempts,
                    InitialBackoff = retry.InitialBackoff,
                    MaxBackoff = retry.MaximumBackoff,
                    BackoffMultiplier = retry.BackoffMultiplier,
                    RetryableStatusCodes = { StatusCode.Unavailable },
                },
            },
        },
    };
}
