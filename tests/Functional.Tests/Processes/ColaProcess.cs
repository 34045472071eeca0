using System.Diagnostics;

namespace CoLA.Functional.Tests.Processes;

/// <summary>The <c>cola</c> command as a process of its own. Disposing kills it if it still runs.</summary>
internal sealed class ColaProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;

    private ColaProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>Standard output.</summary>
    public StreamReader Output => _process.StandardOutput;

    public static ColaProcess Start(params IEnumerable<string> arguments) => Start([], arguments);

    /// <param name="variables">What its environment has on top of ours.</param>
    /// <param name="arguments">Its command line.</param>
    public static ColaProcess Start(IEnumerable<KeyValuePair<string, string>> variables, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "cola.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return new ColaProcess(Process.Start(start)!);
    }

    /// <summary>Runs the command to its end.</summary>
    public static async Task<Ending> RunAsync(CancellationToken cancellation, params IEnumerable<string> arguments)
    {
        await using var process = Start(arguments);
        return await process.WaitForEndAsync(cancellation);
    }

    /// <summary>What is left of its output, and how it ended.</summary>
    public async Task<Ending> WaitForEndAsync(CancellationToken cancellation)
    {
        var output = await Output.ReadToEndAsync(cancellation);
        var error = await _error.WaitAsync(cancellation);
        await _process.WaitForExitAsync(cancellation);
        return new Ending(_process.ExitCode, output, error);
    }

    /// <summary>How it ended when nobody read its output any more.</summary>
    public async Task<Ending> WaitForEndUnreadAsync(CancellationToken cancellation)
    {
        Output.Close();
        var error = await _error.WaitAsync(cancellation);
        await _process.WaitForExitAsync(cancellation);
        return new Ending(_process.ExitCode, "", error);
    }

    /// <summary>
    /// SIGKILL: it is given no chance to do anything more. It has no children, and looking for them would give it time to
    /// finish what it was doing.
    /// </summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }
}
