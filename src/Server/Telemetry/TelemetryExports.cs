using System.Diagnostics.Metrics;
using CoLA.Core.Telemetry;
using CoLA.Server.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CoLA.Server.Telemetry;

/// <summary>
/// Takes what the system, ASP.NET Core and the runtime tell of themselves to where the operator wants it. Where nobody
/// wants it, nothing listens.
/// </summary>
internal static class TelemetryExports
{
    private const string TokensName = "cola.tokens";

    /// <summary>Named accounts are at most a base and a rest per tenant, and the tasks; the tenants' rest has two more.</summary>
    private const int SeriesPerName = 3;

    private const int SeriesOfTheRest = 2;

    /// <summary>prefill, decode, train, score.</summary>
    private const int TokenKinds = 4;

    /// <summary>Metrics to the metrics port, and metrics and spans by OTLP, each where it is asked for.</summary>
    /// <param name="services">The server's.</param>
    /// <param name="configuration">Holds OpenTelemetry's standard variables.</param>
    /// <param name="options">The operator's, not checked yet.</param>
    public static void AddTelemetryExports(this IServiceCollection services, IConfiguration configuration, ServerOptions options)
    {
        // The environment after our own name: what the operator says there holds.
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource
            .AddService("cola-server", serviceVersion: typeof(TelemetryExports).Assembly.GetName().Version?.ToString(3))
            .AddEnvironmentVariableDetector());
        var metricsByOtlp = new OtlpSignal(configuration, "METRICS");
        var sendsMetrics = metricsByOtlp.IsWanted();
        if (sendsMetrics || options.Metrics.Port is not null)
        {
            telemetry.WithMetrics(metrics =>
            {
                metrics
                    .AddMeter(ColaTelemetry.Name)
                    .AddAspNetCoreInstrumentation()
                    .AddRuntimeInstrumentation();
                if (options.Metrics.Port is not null)
                {
                    metrics.AddPrometheusExporter();
                }

                if (sendsMetrics)
                {
                    metrics.AddOtlpExporter(metricsByOtlp.Apply);
                }
            });
            services.ConfigureOpenTelemetryMeterProvider((provider, metrics) =>
                metrics.AddView(View(provider.GetRequiredService<IMeterFactory>(), options.Metrics.Names)));
        }

        var tracesByOtlp = new OtlpSignal(configuration, "TRACES");
        if (tracesByOtlp.IsWanted())
        {
            telemetry.WithTracing(traces => traces
                .AddSource(ColaTelemetry.Name)
                .AddAspNetCoreInstrumentation(http => http.Filter = context => !MetricsPort.Owns(context))
                .AddOtlpExporter(tracesByOtlp.Apply));
        }
    }

    /// <summary>
    /// A process may hold several servers, whose meters have the same names: each tells of its own. The library's limit of
    /// series is below what the operator may ask for.
    /// </summary>
    private static Func<Instrument, MetricStreamConfiguration?> View(IMeterFactory own, int names) => instrument =>
        instrument.Meter.Scope is IMeterFactory factory && factory != own ? MetricStreamConfiguration.Drop
        : instrument.Name == TokensName ? new MetricStreamConfiguration { CardinalityLimit = TokenKinds * ((SeriesPerName * names) + SeriesOfTheRest) }
        : null;
}
