using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola task rollback</c></summary>
internal sealed class TaskRollbackCommand : ClientCommand
{
    private readonly Argument<string> _task = new("TASK") { Description = "TASK, or OWNER/TASK" };
    private readonly Option<string?> _to = new("--to")
    {
        Description = "The version to serve, forwards or back [default: the one made before the served one]",
        HelpName = "VERSION",
    };

    public TaskRollbackCommand(CliContext cli)
        : base("rollback", "Serve another version of a task", cli)
    {
        Add(_task);
        Add(_to);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var name = ResourceNames.Task(client.Tenant, parse.GetRequiredValue(_task));
        var version = parse.GetValue(_to) is { } typed ? ResourceNames.TaskVersion(name, typed) : await BeforeServedAsync(client, name, cancellation);
        var task = await client.Tasks.SetServedVersionAsync(new SetServedVersionRequest { Version = version }, cancellationToken: cancellation);
        terminal.Line($"[bold]{ResourceNames.Short(task.Name)}[/] serves {ResourceNames.Short(task.ServedVersion)}.");
        terminal.Result(task);
        return ExitCode.Ok;
    }

    private static async Task<string> BeforeServedAsync(ColaClient client, string task, CancellationToken cancellation)
    {
        // Newest first: the one behind the served one was made before it.
        var versions = await client.Tasks.ListVersionsAsync(task, cancellation).ToListAsync(cancellation);
        return versions.SkipWhile(version => !version.Served).Skip(1).FirstOrDefault()?.Name
            ?? throw new UsageException(
                $"{ResourceNames.Short(task)} has no version before the served one",
                $"`cola task versions {ResourceNames.Short(task)}` lists those that are kept; choose one with --to.");
    }
}
