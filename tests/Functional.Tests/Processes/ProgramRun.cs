using System.ComponentModel;
using System.Diagnostics;

namespace CoLA.Functional.Tests.Processes;

/// <summary>A program that runs to its end.</summary>
internal static class ProgramRun
{
    /// <summary>Runs it; cancelling kills it, and what it has started.</summary>
    /// <param name="program">Its path, or a name to be found on PATH.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="variables">What its environment has on top of ours.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Win32Exception">There is no such program.</exception>
    public static async Task<Ending> RunAsync(
        string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> variables, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        await using var killing = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        return new Ending(process.ExitCode, await output, await error);
    }
}
