using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola pool list</c></summary>
internal sealed class PoolListCommand(CliContext cli) : ClientCommand("list", "The pools that the tenant owns or may join", cli)
{
    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var pools = await client.Pools.ListAsync(cancellation).ToListAsync(cancellation);
        if (pools.Count == 0)
        {
            terminal.Line($"No pools yet. Make one: cola pool create NAME --m 2 --rank 8");
        }
        else
        {
            terminal.Show(PoolTables.List(pools));
        }

        terminal.Result(new ListPoolsResponse { Pools = { pools } });
        return ExitCode.Ok;
    }
}
