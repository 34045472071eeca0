using CoLA.Cli.Rendering;

namespace CoLA.Cli.Hosting;

/// <summary>What a command is built with.</summary>
/// <param name="Host">What surrounds it.</param>
/// <param name="Globals">The options that it shares with all others.</param>
internal sealed record CliContext(CliHost Host, GlobalOptions Globals);
