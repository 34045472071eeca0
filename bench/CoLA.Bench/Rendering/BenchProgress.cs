using Spectre.Console;

namespace CoLA.Bench.Rendering;

/// <summary>How far a run is, on standard error.</summary>
internal sealed class BenchProgress
{
    private readonly ProgressContext? _context;
    private readonly Action<string> _say;
    private ProgressTask? _part;

    private BenchProgress(ProgressContext? context, Action<string> say)
    {
        _context = context;
        _say = say;
    }

    /// <summary>Runs work that tells how far it is.</summary>
    public static Task ShowAsync(bool visible, Func<BenchProgress, Task> work)
    {
        if (!visible)
        {
            return work(new BenchProgress(null, Console.Error.WriteLine));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(new BenchProgress(context, line => console.WriteLine(line))));
    }

    /// <summary>The next part of the work, in so many steps; what came before is done.</summary>
    public void Begin(string part, int steps)
    {
        _part?.StopTask();
        _part = _context?.AddTask(Markup.Escape(part), maxValue: Math.Max(1, steps));
    }

    /// <summary>A line that stays, whoever watches.</summary>
    public void Say(string line) => _say(line);

    public void Advance(int steps = 1) => _part?.Increment(steps);
}
