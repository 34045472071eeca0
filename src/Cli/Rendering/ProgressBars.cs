using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>Bars with what is done, what is left of the time, and a few words beside each.</summary>
internal sealed class ProgressBars
{
    private readonly ProgressContext? _context;
    private readonly StatusColumn _status;

    private ProgressBars(ProgressContext? context, StatusColumn status)
    {
        _context = context;
        _status = status;
    }

    /// <summary>Runs work that reports to bars; they are drawn where the terminal wants progress.</summary>
    public static async Task RunAsync(Terminal terminal, Func<ProgressBars, Task> work)
    {
        var status = new StatusColumn();
        if (terminal.Progress is not { } console)
        {
            await work(new ProgressBars(null, status));
            return;
        }

        await console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn(),
                status)
            .StartAsync(context => work(new ProgressBars(context, status)));
    }

    public ProgressBar Add(string description, double steps) =>
        new(_context?.AddTask(Markup.Escape(description), maxValue: Math.Max(steps, 1)), _status);
}
