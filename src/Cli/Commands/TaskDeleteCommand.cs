using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola task delete</c></summary>
internal sealed class TaskDeleteCommand : ClientCommand
{
    private readonly Argument<string> _task = new("TASK") { Description = "The task" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };

    public TaskDeleteCommand(CliContext cli)
        : base("delete", "Delete a task with all its versions", cli)
    {
        Add(_task);
        Add(_yes);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var name = ResourceNames.Task(client.Tenant, parse.GetRequiredValue(_task));
        if (!parse.GetValue(_yes))
        {
            // A typing error should not reach the question.
            await client.Tasks.GetAsync(name, cancellationToken: cancellation);
            if (!await terminal.ConfirmAsync($"Delete {ResourceNames.Short(name)} with all its versions?", cancellation))
            {
                throw new UsageException("nothing was deleted", "Deleting cannot be undone: say --yes.");
            }
        }

        await client.Tasks.DeleteAsync(new DeleteTaskRequest { Name = name }, cancellationToken: cancellation);
        terminal.Line($"Deleted {ResourceNames.Short(name)}.");
        terminal.Result(new { Deleted = name });
        return ExitCode.Ok;
    }
}
