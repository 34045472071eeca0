using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;

namespace CoLA.Cli.Commands;

/// <summary><c>cola job cancel</c></summary>
internal sealed class JobCancelCommand : ClientCommand
{
    private readonly Argument<string> _job = new("JOB") { Description = "Its id, as `cola job list` shows it" };

    public JobCancelCommand(CliContext cli)
        : base("cancel", "End a job before its time; its tasks stay as they were", cli) => Add(_job);

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var job = await client.Jobs.CancelAsync(ResourceNames.Job(client.Tenant, parse.GetRequiredValue(_job)), cancellationToken: cancellation);
        terminal.Line($"Cancelled job {ResourceNames.Short(job.Name)} after step {Sizes.Count(job.Step)}; its tasks are as they were.");
        terminal.Result(job);
        return ExitCode.Ok;
    }
}
