using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CoLA.Server.Telemetry;

/// <summary>
/// The port of the metrics. What comes in there is answered there: nobody reaches the contract through it, and nobody
/// reaches the metrics, which name tenants and tasks, through another port.
/// </summary>
internal static class MetricsPort
{
    public const string Path = "/metrics";

    public static void ListenForMetrics(this KestrelServerOptions kestrel, IPAddress host, int port) => kestrel.Listen(host, port, listen =>
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection =>
        {
            connection.Features.Set(new Mark());
            return next(connection);
        });
    });

    /// <summary>Answers what comes in through the port; to be used before anything else.</summary>
    public static void UseMetricsPort(this IApplicationBuilder app) => app.MapWhen(
        Owns,
        metrics =>
        {
            metrics.UseOpenTelemetryPrometheusScrapingEndpoint(Path);
            metrics.Run(context =>
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return context.Response.WriteAsync($"The metrics are at {Path}.\n", context.RequestAborted);
            });
        });

    /// <summary>Whether a request came in through the port.</summary>
    public static bool Owns(HttpContext context) => context.Features.Get<Mark>() is not null;

    /// <summary>Stands on the connections of the port.</summary>
    private sealed class Mark;
}
