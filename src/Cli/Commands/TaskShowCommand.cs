using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;

namespace CoLA.Cli.Commands;

/// <summary><c>cola task show</c></summary>
internal sealed class TaskShowCommand : ClientCommand
{
    private readonly Argument<string> _task = new("TASK") { Description = "TASK, or OWNER/TASK" };

    public TaskShowCommand(CliContext cli)
        : base("show", "What a task is, what it serves, and who may do what with it", cli) => Add(_task);

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var task = await client.Tasks.GetAsync(ResourceNames.Task(client.Tenant, parse.GetRequiredValue(_task)), cancellationToken: cancellation);
        terminal.Show(TaskTables.Details(task));
        terminal.Result(task);
        return ExitCode.Ok;
    }
}
