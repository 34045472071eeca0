using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;

namespace CoLA.Cli.Hosting;

/// <summary>A command that does something. What it throws becomes a message with a cure and an exit code.</summary>
internal abstract class CliCommand : Command
{
    protected CliCommand(string name, string description, CliContext cli)
        : base(name, description)
    {
        Cli = cli;
        SetAction(async (parse, cancellation) =>
        {
            var terminal = new Terminal(cli.Host, parse.GetValue(cli.Globals.Json));
            try
            {
                return await RunAsync(parse, terminal, cancellation).ConfigureAwait(false);
            }
            catch (Exception exception) when (!OutputPipe.HasNoReader(exception))
            {
                var failure = Failure.Of(exception, cli.Globals.ServerOf(parse), cancellation.IsCancellationRequested, new FieldOptions(this));
                terminal.Fail(failure);
                return failure.ExitCode;
            }
        });
    }

    protected CliContext Cli { get; }

    /// <summary>Does it and returns an <see cref="ExitCode"/>.</summary>
    protected abstract Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation);
}
