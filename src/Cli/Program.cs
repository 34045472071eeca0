using CoLA.Cli;
using CoLA.Cli.Failures;
using CoLA.Cli.Rendering;

try
{
    return await ColaCommandLine.RunAsync(args, CliHost.OfProcess()).ConfigureAwait(false);
}
catch (Exception exception) when (OutputPipe.HasNoReader(exception))
{
    return ExitCode.NoReader;
}
