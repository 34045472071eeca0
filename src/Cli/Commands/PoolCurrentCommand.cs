using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola pool current</c></summary>
internal sealed class PoolCurrentCommand : ClientCommand
{
    private readonly Argument<string> _pool = new("POOL") { Description = "Its id or name" };
    private readonly Argument<string> _version = new("VERSION") { Description = "The number or name of one of its versions, as `cola pool show` lists them" };

    public PoolCurrentCommand(CliContext cli)
        : base("current", "Make a version of a pool the current one, from which new tasks and trainings start", cli)
    {
        Add(_pool);
        Add(_version);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var name = ResourceNames.Pool(parse.GetRequiredValue(_pool));
        var request = new UpdatePoolRequest { Name = name, CurrentVersion = ResourceNames.PoolVersion(name, parse.GetRequiredValue(_version)) };
        var pool = await client.Pools.UpdateAsync(request, cancellationToken: cancellation);
        terminal.Line($"The current version of pool [bold]{ResourceNames.Short(pool.Name)}[/] is {ResourceNames.Short(pool.CurrentVersion)}.");
        terminal.Result(pool);
        return ExitCode.Ok;
    }
}
