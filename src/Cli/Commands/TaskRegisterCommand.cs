using System.CommandLine;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola task register</c></summary>
internal sealed class TaskRegisterCommand : ClientCommand
{
    private readonly Argument<string> _id = new("TASK") { Description = "Its id: a-z, 0-9 and '-'" };
    private readonly Option<string> _pool = new("--pool") { Description = "The pool that it couples to: POOL or POOL@VERSION", HelpName = "POOL", Required = true };
    private readonly Option<Strategy?> _strategy = EnumWords.Option<Strategy>("--strategy", "Which heads multiply which A [default: full]");
    private readonly Option<int?> _n = new("--n") { Description = "Heads per target, N, 1 to 64 [default: 1]", HelpName = "N" };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed of the random strategies' draws and of a new router" };
    private readonly Option<string[]> _grants = GrantWords.Option();

    public TaskRegisterCommand(CliContext cli)
        : base("register", "Register a task on a pool; it is served at once and computes what the base model computes", cli)
    {
        Add(_id);
        Add(_pool);
        Add(_strategy);
        Add(_n);
        Add(_seed);
        Add(_grants);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var response = await client.Tasks.RegisterAsync(Request(parse), cancellationToken: cancellation);
        terminal.Line($"Registered [bold]{ResourceNames.Short(response.Task.Name)}[/], version 1.");
        foreach (var note in response.Notes)
        {
            terminal.Line($"[yellow]Note:[/] {note}");
        }

        terminal.Show(TaskTables.List([response.Task]));
        terminal.Result(response);
        return ExitCode.Ok;
    }

    private RegisterTaskRequest Request(ParseResult parse)
    {
        var spec = new TaskSpec { Strategy = parse.GetValue(_strategy) ?? Strategy.Full, Seed = parse.GetValue(_seed) };
        if (parse.GetValue(_n) is { } n)
        {
            spec.N = n;
        }

        var typed = parse.GetRequiredValue(_pool);
        var request = new RegisterTaskRequest
        {
            TaskId = parse.GetRequiredValue(_id),
            Pool = ResourceNames.PoolOf(typed),
            Spec = spec,
            Grants = { GrantWords.Parse(parse.GetValue(_grants) ?? []) },
        };
        if (ResourceNames.PoolVersionOf(typed) is { } version)
        {
            request.PoolVersion = version;
        }

        return request;
    }
}
