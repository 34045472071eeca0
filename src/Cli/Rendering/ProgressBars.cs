using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>Bars with what is done, what is left of the time, and a few words beside each.</summary>
internal sealed class ProgressBars
{
    private readonly ProgressContext? _context;
    private readonly StatusColumn _status;
    private readonly bool _draws;

    private ProgressBars(ProgressContext? context, StatusColumn status, bool draws)
    {
        _context = context;
        _status = status;
        _draws = draws;
    }

    /// <summary>Runs work that reports to bars; they are drawn where the terminal wants progress.</summary>
    public static async Task RunAsync(Terminal terminal, Func<ProgressBars, Task> work)
    {
        var status = new StatusColumn();
        if (terminal.Progress is not { } console)
        {
            await work(new ProgressBars(null, status, draws: false));
            return;
        }

        var draws = console.Profile.Capabilities is { Interactive: true, Ansi: true };
        await console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn(),
                status)
            .StartAsync(context => work(new ProgressBars(context, status, draws)));
    }

    /// <param name="description">What is under way. Where no bar is drawn, a line has it beside a share, which it must not seem to be the value of.</param>
    /// <param name="steps">How many there are.</param>
    public ProgressBar Add(string description, double steps) =>
        new(_context?.AddTask(Markup.Escape(_draws ? description : $"{description}, progress"), maxValue: Math.Max(steps, 1)), _status);
}
