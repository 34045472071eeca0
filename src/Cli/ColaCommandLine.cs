using System.CommandLine;
using System.CommandLine.Invocation;
using CoLA.Cli.Commands;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Rendering;

namespace CoLA.Cli;

/// <summary>The `cola` command: a table of contents, and one way to run it.</summary>
internal static class ColaCommandLine
{
    private const string Description = """
        CoLA server: many tenants' tasks trained and served together on one base model and shared low-rank matrices.

        Try `cola quickstart`. To work with a server of your own: `cola serve`, then the other commands with --tenant NAME.

        Exit codes: 0 done; 1 what was asked for failed (a check past its tolerance, a refusal of the server, an unreadable
        file); 2 the command line is wrong; 3 no server answers; 130 ended by Ctrl-C.
        """;

    /// <summary>Time for a command to end by itself after Ctrl-C: it cancels its job, the server its calls.</summary>
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(20);

    public static RootCommand Build(CliHost host)
    {
        var globals = new GlobalOptions(host);
        var cli = new CliContext(host, globals);
        return new RootCommand(Description)
        {
            globals.Server,
            globals.Tenant,
            globals.Json,
            new QuickstartCommand(cli),
            new ServeCommand(cli),
            new Command("model", "Models on disk")
            {
                new ModelInspectCommand(cli),
                new ModelCheckCommand(cli),
                new ModelPerplexityCommand(cli),
                new ModelPullCommand(cli),
            },
            new Command("pool", "Pools of shared A matrices")
            {
                new PoolCreateCommand(cli),
                new PoolListCommand(cli),
                new PoolShowCommand(cli),
                new PoolShareCommand(cli),
                new PoolCurrentCommand(cli),
                new PoolDeleteCommand(cli),
            },
            new Command("task", "Tasks: what a tenant adapts the base model to")
            {
                new TaskRegisterCommand(cli),
                new TaskListCommand(cli),
                new TaskShowCommand(cli),
                new TaskGrantCommand(cli),
                new TaskVersionsCommand(cli),
                new TaskRollbackCommand(cli),
                new TaskDeleteCommand(cli),
            },
            new SimilarCommand(cli),
            new TrainCommand(cli),
            new Command("job", "Jobs: trainings that the server runs")
            {
                new JobListCommand(cli),
                new JobShowCommand(cli),
                new JobWatchCommand(cli),
                new JobCancelCommand(cli),
            },
            new GenerateCommand(cli),
            new ScoreCommand(cli),
            new EvalCommand(cli),
            new TopCommand(cli),
        };
    }

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliHost host, CancellationToken cancellation = default)
    {
        var parse = Build(host).Parse(args.Count > 0 ? args : ["--help"]);
        if (parse.Action is ParseErrorAction)
        {
            var failure = UsageFailure.Of(parse, args);
            new Terminal(host, args.Contains("--json")).Fail(failure);
            return failure.ExitCode;
        }

        var invocation = new InvocationConfiguration
        {
            Output = host.Output.Profile.Out.Writer,
            Error = host.Error.Profile.Out.Writer,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TerminationTimeout,
        };
        return await parse.InvokeAsync(invocation, cancellation).ConfigureAwait(false);
    }
}
