using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola task versions</c></summary>
internal sealed class TaskVersionsCommand : ClientCommand
{
    private readonly Argument<string> _task = new("TASK") { Description = "TASK, or OWNER/TASK" };

    public TaskVersionsCommand(CliContext cli)
        : base("versions", "The versions of a task that are kept, newest first", cli) => Add(_task);

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var name = ResourceNames.Task(client.Tenant, parse.GetRequiredValue(_task));
        var versions = await client.Tasks.ListVersionsAsync(name, cancellation).ToListAsync(cancellation);
        terminal.Show(TaskTables.Versions(versions));
        terminal.Result(new ListTaskVersionsResponse { Versions = { versions } });
        return ExitCode.Ok;
    }
}
