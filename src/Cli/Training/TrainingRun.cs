using CoLA.Cli.Curves;
using CoLA.Cli.Jobs;
using CoLA.Cli.Naming;
using CoLA.Cli.Plotting;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Training;

/// <summary>Submits a job and watches it to its end. Who stops it before that cancels the job.</summary>
internal sealed class TrainingRun(ColaClient client, TrainingPlan plan, PlotRequest plot, Terminal terminal)
{
    /// <summary>How long whoever stops waits for the name of a job that the server may have already.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Task<Job> SubmitAsync(CancellationToken cancellation) => client.Jobs.SubmitAsync(plan.Spec, plan.Data(), cancellationToken: cancellation);

    /// <exception cref="JobException">The job failed.</exception>
    public async Task<TrainingOutcome> RunAsync(CancellationToken cancellation)
    {
        var job = await SubmitPatientlyAsync(cancellation);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            return await new JobWatch(client, plot, terminal).RunAsync(job, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await CancelAsync(job);
            throw;
        }
    }

    /// <summary>Only its name cancels a job, and only the answer tells it: who stops meanwhile waits for it a little.</summary>
    private async Task<Job> SubmitPatientlyAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var patience = new CancellationTokenSource();
        using var stop = cancellation.Register(() => patience.CancelAfter(Patience));
        try
        {
            return await SubmitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            terminal.Remark($"[yellow]The server did not answer:[/] it may have the job nevertheless; look at `cola job list`.");
            throw;
        }
    }

    private async Task CancelAsync(Job job)
    {
        try
        {
            await client.Jobs.CancelAsync(job.Name, cancellationToken: CancellationToken.None);
            terminal.Remark($"Cancelled job {ResourceNames.Short(job.Name)}; its tasks are as they were.");
        }
        catch (ColaException refused)
        {
            terminal.Remark($"[yellow]Job {ResourceNames.Short(job.Name)} was not cancelled:[/] {refused.Message}");
        }
    }
}
