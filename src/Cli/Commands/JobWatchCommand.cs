using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Jobs;
using CoLA.Cli.Naming;
using CoLA.Cli.Plotting;
using CoLA.Cli.Rendering;
using CoLA.Client;

namespace CoLA.Cli.Commands;

/// <summary><c>cola job watch</c></summary>
internal sealed class JobWatchCommand : ClientCommand
{
    private readonly Argument<string> _job = new("JOB") { Description = "Its id, as `cola job list` shows it" };
    private readonly PlotOptions _plot = new();

    public JobWatchCommand(CliContext cli)
        : base("watch", "Watch a job from its first step to its end; Ctrl-C ends the watching, not the job. With --json, an object for each event", cli)
    {
        Add(_job);
        _plot.AddTo(this);
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var job = await client.Jobs.GetAsync(ResourceNames.Job(client.Tenant, parse.GetRequiredValue(_job)), cancellationToken: cancellation);
        try
        {
            var outcome = await new JobWatch(client, _plot.Of(parse), terminal) { Heard = terminal.Result }.RunAsync(job, cancellation);
            new JobReport(terminal).Tell(outcome);
            return ExitCode.Ok;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Remark($"Job {ResourceNames.Short(job.Name)} goes on; end it with: cola job cancel {ResourceNames.Short(job.Name)}");
            throw;
        }
    }
}
