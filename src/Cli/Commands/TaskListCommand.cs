using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola task list</c></summary>
internal sealed class TaskListCommand : ClientCommand
{
    private readonly Option<string?> _pool = new("--pool") { Description = "Only the tasks on this pool", HelpName = "POOL" };

    public TaskListCommand(CliContext cli)
        : base("list", "The tasks that the tenant owns or has a grant on", cli) => Add(_pool);

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var pool = parse.GetValue(_pool) is { } typed ? ResourceNames.Pool(typed) : null;
        var tasks = await client.Tasks.ListAsync(pool, cancellation).ToListAsync(cancellation);
        if (tasks.Count == 0)
        {
            terminal.Line($"No tasks yet. Register one: cola task register NAME --pool POOL --strategy heuristic --n 2");
        }
        else
        {
            terminal.Show(TaskTables.List(tasks));
        }

        terminal.Result(new ListTasksResponse { Tasks = { tasks } });
        return ExitCode.Ok;
    }
}
