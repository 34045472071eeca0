using System.Net;
using CoLA.Core;
using CoLA.Server.Settings;
using CoLA.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoLA.Server;

/// <summary>A running server: gRPC over HTTP/2 without TLS on one port, and its metrics on another where they are asked for.</summary>
public sealed class ColaServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ColaServer(WebApplication app)
    {
        _app = app;
        // In the order in which they were opened.
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        Address = new Uri(addresses[0]);
        MetricsAddress = addresses.Length > 1 ? new Uri(new Uri(addresses[1]), MetricsPort.Path) : null;
    }

    /// <summary>Where it listens, with the port that was taken.</summary>
    public Uri Address { get; }

    /// <summary>Where Prometheus finds the metrics; null where they are not served.</summary>
    public Uri? MetricsAddress { get; }

    /// <summary>Loads the model, opens the data directory, and then listens.</summary>
    /// <param name="configure">Sets the options.</param>
    /// <param name="logging">Where the log goes; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="OptionsValidationException">With everything that is wrong with the options.</exception>
    /// <exception cref="Core.Rejections.Rejection">The model or the data directory cannot be used, and why.</exception>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task<ColaServer> StartAsync(
        Action<ServerOptions> configure,
        Action<ILoggingBuilder>? logging = null,
        CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging(logging ?? (_ => { }));
        builder.Services.AddCola(configure);
        var asked = new ServerOptions();
        configure(asked);
        builder.Services.AddTelemetryExports(OtlpVariables.AddTo(builder.Configuration), asked);
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<ServerOptions>>((kestrel, options) =>
        {
            var host = IPAddress.Parse(options.Value.Host);
            kestrel.Listen(host, options.Value.Port, listen => listen.Protocols = HttpProtocols.Http2);
            if (options.Value.Metrics.Port is { } port)
            {
                kestrel.ListenForMetrics(host, port);
            }
        });
        var app = builder.Build();
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            app.Services.GetRequiredService<ColaCore>();
            if (asked.Metrics.Port is not null)
            {
                app.UseMetricsPort();
            }

            app.MapCola();
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            return new ColaServer(app);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Completes when the process is told to end, after the calls that run have ended.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) => _app.WaitForShutdownAsync(cancellationToken);

    /// <summary>Stops listening, lets the calls that run end, and closes the data directory.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
