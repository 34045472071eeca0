using CoLA.Core;
using CoLA.Core.Settings;

namespace CoLA.Server.Settings;

/// <summary>What the operator of a server chooses. Each setting says its flag, its range and what it is for.</summary>
public sealed record ServerOptions : ColaOptions
{
    /// <summary>Default 127.0.0.1: whoever reaches the server may call it in any tenant's name, so the operator opens it to a network on purpose.</summary>
    [Setting("--host", "IP address to listen on; 0.0.0.0 opens it to every network, where anybody may call in any tenant's name")]
    public string Host { get; set; } = "127.0.0.1";

    [Setting("--port", "TCP port; 0 takes a free one", Least = 0, Most = 65535, Advice = "0 takes a free one")]
    public int Port { get; set; } = 5290;

    public MetricsOptions Metrics { get; init; } = new();

    [Setting(
        "--operator", "The tenant that sees all tenants and tasks in `cola top`", ValueName = "TENANT", Default = "none, each tenant sees its own")]
    public string? Operator { get; set; }
}
