using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola job list</c></summary>
internal sealed class JobListCommand(CliContext cli) : ClientCommand("list", "The tenant's jobs, newest first", cli)
{
    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var jobs = await client.Jobs.ListAsync(cancellation).ToListAsync(cancellation);
        if (jobs.Count == 0)
        {
            terminal.Line($"No jobs yet. Submit one: cola train --pool POOL --task NAME=FILE --detach");
        }
        else
        {
            terminal.Show(JobTables.List(jobs));
        }

        terminal.Result(new ListJobsResponse { Jobs = { jobs } });
        return ExitCode.Ok;
    }
}
