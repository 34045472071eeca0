using System.CommandLine;
using CoLA.Cli.Data;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola similar</c></summary>
internal sealed class SimilarCommand : ClientCommand
{
    private readonly Argument<string?> _file = new("FILE") { Description = "Examples of a new task: JSON Lines, JSON or CSV", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _pool = new("--pool") { Description = "The pool whose tasks are compared", HelpName = "POOL", Required = true };
    private readonly Option<TaskFile[]> _tasks = TaskFile.Option(
        "Instead of FILE: one of the pool's tasks and its examples; repeatable, each is compared with all", required: false);
    private readonly Option<string[]> _candidates = new("--candidate")
    {
        Description = "Compare with this task alone; repeatable [default: all that may be started from]",
        HelpName = "TASK",
    };
    private readonly SimilarExamples _examples = new();

    public SimilarCommand(CliContext cli)
        : base("similar", "Which tasks of a pool predict a new task's examples best; without a file, the pool's own tasks against each other", cli)
    {
        Add(_file);
        Add(_pool);
        Add(_tasks);
        Add(_candidates);
        _examples.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetResult(_file)?.Tokens.Count > 0 && result.GetResult(_tasks) is not null)
            {
                result.AddError("FILE and --task exclude each other");
            }
        });
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var pool = ResourceNames.Pool(parse.GetRequiredValue(_pool));
        var candidates = (parse.GetValue(_candidates) ?? []).Select(typed => ResourceNames.Task(client.Tenant, typed)).ToList();
        if (parse.GetValue(_file) is { } file)
        {
            var found = await FindAsync(parse, client, pool, file, candidates, cancellation);
            terminal.Show(SimilarityTables.Ranking(found));
            terminal.Result(found);
            return ExitCode.Ok;
        }

        var own = await OwnAsync(client, pool, candidates, cancellation);
        if (parse.GetValue(_tasks) is not { Length: > 0 } files)
        {
            return ShowTasks(terminal, pool, own);
        }

        var rows = new List<(string Task, FindSimilarResponse Found)>();
        foreach (var (task, path) in files)
        {
            rows.Add((ResourceNames.Task(client.Tenant, task), await FindAsync(parse, client, pool, path, [.. own.Select(other => other.Name)], cancellation)));
        }

        terminal.Show(SimilarityTables.HeatMap(rows, [.. own.Select(task => task.Name)]));
        terminal.Line($"Nats per labelled token under each task's heads; [green]green[/] is better than the base model, [red]red[/] worse.");
        terminal.Result(new { Pool = pool, Rows = rows.Select(row => new { row.Task, row.Found.LabelledTokens, row.Found.Ranking }) });
        return ExitCode.Ok;
    }

    private Task<FindSimilarResponse> FindAsync(
        ParseResult parse, ColaClient client, string pool, string file, IReadOnlyList<string> candidates, CancellationToken cancellation) =>
        client.Tasks.FindSimilarAsync(
        new FindSimilarRequest { Pool = pool, Examples = { _examples.Read(parse, file) }, Candidates = { candidates } },
        cancellationToken: cancellation);

    private static async Task<List<TenantTask>> OwnAsync(ColaClient client, string pool, List<string> candidates, CancellationToken cancellation) =>
        await client.Tasks.ListAsync(pool, cancellation)
            .Where(task => candidates.Count > 0 ? candidates.Contains(task.Name) : task.Name.StartsWith($"tenants/{client.Tenant}/", StringComparison.Ordinal))
            .ToListAsync(cancellation);

    /// <summary>Without examples there is nothing to score: what is known is which tasks there are, and who began as whom.</summary>
    private static int ShowTasks(Terminal terminal, string pool, List<TenantTask> own)
    {
        terminal.Show(SimilarityTables.Lineage(own));
        terminal.Line($"To compare them, give examples of some: cola similar --pool {ResourceNames.Short(pool)} --task NAME=FILE");
        terminal.Result(new { Pool = pool, Tasks = own });
        return ExitCode.Ok;
    }
}
