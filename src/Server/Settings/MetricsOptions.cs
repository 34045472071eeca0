using CoLA.Core.Settings;
using CoLA.Core.Telemetry;

namespace CoLA.Server.Settings;

/// <summary>Where metrics are served, and how many names they tell apart.</summary>
public sealed record MetricsOptions
{
    /// <summary>
    /// A port of their own, because Prometheus speaks HTTP/1.1 where gRPC without TLS speaks HTTP/2, and because metrics name
    /// tenants and tasks. Null to serve no metrics.
    /// </summary>
    [Setting(
        "--metrics-port", "TCP port where Prometheus finds metrics, at /metrics; 0 takes a free one", Least = 0, Most = 65535,
        Advice = "0 takes a free one, leave it out to serve no metrics", Default = "none")]
    public int? Port { get; set; }

    [Setting(
        "--metrics-names", "Tenants, and tasks, that are counted under their own names; later ones are counted together, as _other", Least = 1,
        Most = 10_000, Advice = "every name takes some lines of each scrape")]
    public int Names { get; set; } = ColaTelemetry.DefaultLabels;
}
