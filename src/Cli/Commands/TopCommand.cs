using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Options;
using CoLA.Cli.Rendering;
using CoLA.Cli.Status;
using CoLA.Client;
using Spectre.Console;

namespace CoLA.Cli.Commands;

/// <summary><c>cola top</c></summary>
internal sealed class TopCommand : ClientCommand
{
    private const double LeastInterval = 0.1;
    private const double LongestInterval = 3600;

    private readonly Option<double> _interval = new Option<double>("--interval")
    {
        Description = "Seconds between two readings",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 1,
    }
        .AtLeast(LeastInterval).AtMost(LongestInterval);

    private readonly Option<bool> _once = new("--once") { Description = "One reading, over one interval, and the end" };

    public TopCommand(CliContext cli)
        : base(
            "top",
            """
            How a server is doing, live: rows, tokens by kind, tenant and task, memory, adapters, latencies

            In a terminal it draws a screen until Ctrl-C. Elsewhere it prints a line for each reading, with --json an object.
            Tokens by task are those of --tenant; the tenant that `cola serve --operator` names sees those of all.
            """,
            cli)
    {
        Add(_interval);
        Add(_once);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var once = parse.GetValue(_once);
        var history = new StatusHistory();
        var statuses = client.Status.WatchAsync(TimeSpan.FromSeconds(parse.GetValue(_interval)), cancellation).Select(history.Add);
        try
        {
            if (terminal.Screen is { } screen && !once)
            {
                await DrawAsync(screen, statuses, history);
                return ExitCode.Ok;
            }

            // What the first status tells is of all the time since the server started; what is asked for is how it is now.
            var readings = statuses.Skip(1);
            await foreach (var reading in once ? readings.Take(1) : readings)
            {
                Print(terminal, reading, history);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested && !once)
        {
            // The way in which watching ends.
        }

        return ExitCode.Ok;
    }

    private static Task DrawAsync(IAnsiConsole screen, IAsyncEnumerable<StatusReading> readings, StatusHistory history) => screen
        .Live(new Text(""))
        .Overflow(VerticalOverflow.Crop)
        .StartAsync(async live =>
        {
            await foreach (var reading in readings)
            {
                live.UpdateTarget(StatusTables.Screen(reading, history.TokensPerSecond));
            }
        });

    private static void Print(Terminal terminal, StatusReading reading, StatusHistory history)
    {
        if (terminal.Screen is null)
        {
            terminal.Text($"{StatusTables.Line(reading)}\n");
        }
        else
        {
            terminal.Show(StatusTables.Screen(reading, history.TokensPerSecond));
        }

        terminal.Result(reading);
    }
}
