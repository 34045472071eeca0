using System.CommandLine;
using CoLA.Cli.Rendering;
using CoLA.Client;

namespace CoLA.Cli.Hosting;

/// <summary>A command that calls a server in a tenant's name.</summary>
internal abstract class ClientCommand(string name, string description, CliContext cli) : CliCommand(name, description, cli)
{
    protected sealed override async Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        using var client = Cli.Globals.OpenClient(parse);
        return await RunAsync(parse, client, terminal, cancellation).ConfigureAwait(false);
    }

    protected abstract Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation);
}
