using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;

namespace CoLA.Cli.Commands;

/// <summary><c>cola pool show</c></summary>
internal sealed class PoolShowCommand : ClientCommand
{
    private readonly Argument<string> _pool = new("POOL") { Description = "Its id or name" };

    public PoolShowCommand(CliContext cli)
        : base("show", "What a pool is, whom it is shared with, and its versions", cli) => Add(_pool);

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var name = ResourceNames.Pool(parse.GetRequiredValue(_pool));
        var pool = await client.Pools.GetAsync(name, cancellationToken: cancellation);
        var versions = await client.Pools.ListVersionsAsync(name, cancellation).ToListAsync(cancellation);
        terminal.Show(PoolTables.Details(pool));
        terminal.Show(PoolTables.Versions(versions));
        terminal.Result(new { Pool = pool, Versions = versions });
        return ExitCode.Ok;
    }
}
