using Spectre.Console;

namespace CoLA.Cli.Hosting;

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
        var output = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(OutputPipe.Open() ?? Console.Out) });
        var error = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
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
}
