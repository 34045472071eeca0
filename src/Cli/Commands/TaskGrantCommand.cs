using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola task grant</c></summary>
internal sealed class TaskGrantCommand : ClientCommand
{
    private readonly Argument<string> _task = new("TASK") { Description = "The task" };
    private readonly Argument<string> _grantee = new("GRANTEE") { Description = "The tenant that is granted something" };

    private readonly Argument<string[]> _permissions = new("PERMISSION")
    {
        Description = $"What it may do from now on; to name no permission takes everything back. {string.Join(", ", EnumWords.All<Permission>())}",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public TaskGrantCommand(CliContext cli)
        : base("grant", "Say what another tenant may do with a task; grants to others stay", cli)
    {
        Add(_task);
        Add(_grantee);
        Add(_permissions);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var grant = GrantWords.Grant(parse.GetRequiredValue(_grantee), parse.GetValue(_permissions) ?? []);
        var name = ResourceNames.Task(client.Tenant, parse.GetRequiredValue(_task));
        var task = await client.Tasks.GetAsync(name, cancellationToken: cancellation);
        var grants = new GrantList { Grants = { task.Grants.Where(other => other.Tenant != grant.Tenant) } };
        if (grant.Permissions.Count > 0)
        {
            grants.Grants.Add(grant);
        }

        task = await client.Tasks.UpdateAsync(new UpdateTaskRequest { Name = name, Grants = grants }, cancellationToken: cancellation);
        terminal.Show(TaskTables.Details(task));
        terminal.Result(task);
        return ExitCode.Ok;
    }
}
