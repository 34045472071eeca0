using System.Text;
using CoLA.Cli.Rendering;
using Spectre.Console;
using Spectre.Console.Testing;
using Xunit;

namespace CoLA.Cli.Tests.Fixtures;

/// <summary>Runs `cola` in this process.</summary>
internal sealed class CommandLine
{
    private const int Width = 200;

    /// <summary>The environment.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public byte[] Input { get; init; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Task<CommandResult> RunAsync(params string[] args) => RunUntilAsync(TestContext.Current.CancellationToken, args);

    /// <summary>The same with standard output on a screen, or in a pipe, that tells what it saw.</summary>
    public async Task<CommandResult> RunOnAsync(WatchedOutput watched, string[] args, CancellationToken cancellation)
    {
        using var error = new TestConsole().Width(Width);
        using var input = new MemoryStream(Input);
        var ansi = watched.IsTerminal ? AnsiSupport.Yes : AnsiSupport.No;
        var output = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = ansi, Interactive = InteractionSupport.Yes, Out = watched });
        var host = new CliHost(output, error, input, name => Variables.GetValueOrDefault(name), Time);
        var exitCode = await ColaCommandLine.RunAsync(args, host, cancellation);
        return new CommandResult(exitCode, watched.Text, error.Output);
    }

    public async Task<CommandResult> RunUntilAsync(CancellationToken cancellation, params string[] args)
    {
        using var output = new TestConsole().Width(Width);
        using var error = new TestConsole().Width(Width);
        using var input = new MemoryStream(Input);
        var host = new CliHost(output, error, input, name => Variables.GetValueOrDefault(name), Time);
        var exitCode = await ColaCommandLine.RunAsync(args, host, cancellation);
        return new CommandResult(exitCode, output.Output, error.Output);
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
