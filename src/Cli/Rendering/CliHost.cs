using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>What surrounds the command: its streams, its environment, its clock.</summary>
/// <param name="Output">Standard output: results.</param>
/// <param name="Error">Standard error: progress, remarks and failures.</param>
/// <param name="Input">Standard input.</param>
/// <param name="Variable">The environment.</param>
/// <param name="Time">The clock.</param>
internal sealed record CliHost(IAnsiConsole Output, IAnsiConsole Error, Stream Input, Func<string, string?> Variable, TimeProvider Time)
{
    /// <summary>Columns where nobody sees a terminal: tables in files and pipes should not be cut at 80.</summary>
    private const int RedirectedWidth = 160;

    public static CliHost OfProcess()
    {
        var output = Open(new AnsiConsoleOutput(OutputPipe.Open() ?? Console.Out), Console.IsOutputRedirected);
        var error = Open(new AnsiConsoleOutput(Console.Error), Console.IsErrorRedirected);
        if (Console.IsOutputRedirected)
        {
            output.Profile.Width = RedirectedWidth;
        }

        if (Console.IsErrorRedirected)
        {
            error.Profile.Width = RedirectedWidth;
        }

        return new CliHost(output, error, Console.OpenStandardInput(), Environment.GetEnvironmentVariable, TimeProvider.System);
    }

    /// <summary>Files and pipes get text alone: scripts read names out of it.</summary>
    private static IAnsiConsole Open(IAnsiConsoleOutput stream, bool isRedirected) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = stream,
        Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        ColorSystem = isRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
    });
}
