using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola pool delete</c></summary>
internal sealed class PoolDeleteCommand : ClientCommand
{
    private readonly Argument<string> _pool = new("POOL") { Description = "Its id or name" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };

    public PoolDeleteCommand(CliContext cli)
        : base("delete", "Delete a pool with all its versions; no task may be attached to it", cli)
    {
        Add(_pool);
        Add(_yes);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var name = ResourceNames.Pool(parse.GetRequiredValue(_pool));
        if (!parse.GetValue(_yes))
        {
            // A typing error should not reach the question.
            await client.Pools.GetAsync(name, cancellationToken: cancellation);
            if (!await terminal.ConfirmAsync($"Delete pool {ResourceNames.Short(name)} with all its versions?", cancellation))
            {
                throw new UsageException("nothing was deleted", "Deleting cannot be undone: say --yes.");
            }
        }

        await client.Pools.DeleteAsync(new DeletePoolRequest { Name = name }, cancellationToken: cancellation);
        terminal.Line($"Deleted pool {ResourceNames.Short(name)}.");
        terminal.Result(new { Deleted = name });
        return ExitCode.Ok;
    }
}
