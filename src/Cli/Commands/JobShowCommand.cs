using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;

namespace CoLA.Cli.Commands;

/// <summary><c>cola job show</c></summary>
internal sealed class JobShowCommand : ClientCommand
{
    private readonly Argument<string> _job = new("JOB") { Description = "Its id, as `cola job list` shows it" };

    public JobShowCommand(CliContext cli)
        : base("show", "How far a job has come, or how it ended", cli) => Add(_job);

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var job = await client.Jobs.GetAsync(ResourceNames.Job(client.Tenant, parse.GetRequiredValue(_job)), cancellationToken: cancellation);
        terminal.Show(JobTables.Facts(job));
        terminal.Result(job);
        return ExitCode.Ok;
    }
}
