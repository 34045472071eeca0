using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.Server.Settings;

namespace CoLA.Cli.Hosting;

/// <summary>Options that every command takes.</summary>
internal sealed class GlobalOptions
{
    private readonly CliHost _host;

    public GlobalOptions(CliHost host) => _host = host;

    public static string DefaultServer { get; } = FormattableString.Invariant($"http://localhost:{new ServerOptions().Port}");

    public Option<string?> Server { get; } = new("--server")
    {
        Description = $"Address of the server [default: {EnvironmentVariables.Server}, or {DefaultServer}]",
        HelpName = "ADDRESS",
        Recursive = true,
    };

    public Option<string?> Tenant { get; } = new("--tenant")
    {
        Description = $"The tenant that calls [default: {EnvironmentVariables.Tenant}]",
        HelpName = "TENANT",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON object on standard output and nothing else",
        Recursive = true,
    };

    public string ServerOf(ParseResult parse) => parse.GetValue(Server) ?? Variable(EnvironmentVariables.Server) ?? DefaultServer;

    /// <exception cref="UsageException">No tenant is named.</exception>
    public string TenantOf(ParseResult parse) => parse.GetValue(Tenant) ?? Variable(EnvironmentVariables.Tenant) ?? throw new UsageException(
        "no tenant is named",
        $"Say who calls with --tenant NAME, or set {EnvironmentVariables.Tenant}. A tenant exists from its first call.");

    /// <summary>A client for the server and tenant that the command line names; it connects with its first call.</summary>
    public ColaClient OpenClient(ParseResult parse)
    {
        var address = ServerOf(parse);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"'{address}' is not a server's address", $"Give one like {DefaultServer}.");
        }

        return new ColaClient(new ColaClientOptions { Address = uri, Tenant = TenantOf(parse) }, time: _host.Time);
    }

    private string? Variable(string name) => _host.Variable(name) is { Length: > 0 } value ? value : null;
}
