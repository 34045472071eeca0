using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola pool share</c></summary>
internal sealed class PoolShareCommand : ClientCommand
{
    private readonly Argument<string> _pool = new("POOL") { Description = "Its id or name" };
    private readonly SharingOptions _sharing = new();

    public PoolShareCommand(CliContext cli)
        : base("share", "Say who may attach tasks to a pool; replaces what was said before", cli)
    {
        Add(_pool);
        _sharing.AddTo(this);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var request = new UpdatePoolRequest
        {
            Name = ResourceNames.Pool(parse.GetRequiredValue(_pool)),
            Sharing = _sharing.Of(parse) ?? throw new UsageException("nobody is named", "Give --with TENANT..., --public or --private."),
        };
        var pool = await client.Pools.UpdateAsync(request, cancellationToken: cancellation);
        terminal.Line($"Pool [bold]{ResourceNames.Short(pool.Name)}[/] is {PoolTables.Describe(pool.Sharing)}.");
        terminal.Result(pool);
        return ExitCode.Ok;
    }
}
