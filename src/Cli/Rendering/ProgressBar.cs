using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>One line of progress.</summary>
/// <param name="task">Null where nobody watches.</param>
/// <param name="status">The words beside it.</param>
internal sealed class ProgressBar(ProgressTask? task, StatusColumn status)
{
    /// <summary>One step further.</summary>
    /// <param name="words">What to say beside the bar; null leaves what is there.</param>
    public void Advance(string? words = null)
    {
        Say(words);
        task?.Increment(1);
    }

    public void Set(double value, string? words = null)
    {
        Say(words);
        if (task is not null)
        {
            task.Value = value;
        }
    }

    private void Say(string? words)
    {
        if (task is not null && words is not null)
        {
            status.Say(task, words);
        }
    }
}
