using CoLA.Cli;
using CoLA.Cli.Hosting;

return await ColaCommandLine.RunAsync(args, CliHost.OfProcess()).ConfigureAwait(false);
