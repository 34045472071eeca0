using System.CommandLine;
using CoLA.Cli.Data;
using CoLA.Cli.Failures;
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
    private readonly Option<string?> _pool = new("--pool")
    {
        Description = "The pool that it couples to: POOL or POOL@VERSION [default: that of --from]",
        HelpName = "POOL",
    };
    private readonly Option<Strategy?> _strategy = EnumWords.Option<Strategy>("--strategy", "Which heads multiply which A [default: full]");
    private readonly Option<int?> _n = new("--n") { Description = "Heads per target, N, 1 to 64 [default: 1]", HelpName = "N" };
    private readonly Option<long> _seed = new("--seed") { Description = "Seed of the random strategies' draws and of a new router" };
    private readonly Option<string[]> _grants = GrantWords.Option();
    private readonly Option<string?> _from = new("--from")
    {
        Description = "Start from what this task serves: its heads, strategy, N and pool version",
        HelpName = "TASK",
    };
    private readonly Option<string?> _similar = new("--most-similar-to")
    {
        Description = "Start from the pool's task that predicts the examples of this file best",
        HelpName = "FILE",
    };
    private readonly SimilarExamples _examples = new();

    public TaskRegisterCommand(CliContext cli)
        : base("register", "Register a task on a pool; it is served at once and computes what the base model, or the task that it starts from, computes", cli)
    {
        Add(_id);
        Add(_pool);
        Add(_strategy);
        Add(_n);
        Add(_seed);
        Add(_grants);
        Add(_from);
        Add(_similar);
        _examples.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetResult(_from) is not null && result.GetResult(_similar) is not null)
            {
                result.AddError("--from and --most-similar-to exclude each other");
            }

            if (result.GetResult(_pool) is null && result.GetResult(_from) is null)
            {
                result.AddError("Option '--pool' is required");
            }
        });
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var response = await client.Tasks.RegisterAsync(await RequestAsync(parse, client, cancellation), cancellationToken: cancellation);
        terminal.Line($"Registered [bold]{ResourceNames.Short(response.Task.Name)}[/], version 1.");
        foreach (var note in response.Notes)
        {
            terminal.Line($"[yellow]Note:[/] {note}");
        }

        terminal.Show(TaskTables.List([response.Task]));
        terminal.Result(response);
        return ExitCode.Ok;
    }

    private async Task<RegisterTaskRequest> RequestAsync(ParseResult parse, ColaClient client, CancellationToken cancellation)
    {
        var from = parse.GetValue(_from) is { } task ? ResourceNames.Task(client.Tenant, task) : null;
        var file = parse.GetValue(_similar);

        // A task that starts from another takes what is left out from it.
        var asTheBase = from is null && file is null ? Strategy.Full : Strategy.Unspecified;
        var spec = new TaskSpec { Strategy = parse.GetValue(_strategy) ?? asTheBase, Seed = parse.GetValue(_seed) };
        if (parse.GetValue(_n) is { } n)
        {
            spec.N = n;
        }

        var typed = parse.GetValue(_pool) ?? (await client.Tasks.GetAsync(from!, cancellationToken: cancellation)).Pool;
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

        if (from is not null)
        {
            request.From = from;
        }
        else if (file is not null)
        {
            request.MostSimilarTo = new MostSimilar { Examples = { _examples.Read(parse, file) } };
        }

        return request;
    }
}
