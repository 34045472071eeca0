using CoLA.Cli.Jobs;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.V1;

namespace CoLA.Cli.Training;

/// <summary>Submits a job and watches it to its end. Who stops it before that cancels the job.</summary>
internal sealed class TrainingRun(ColaClient client, TrainingPlan plan, Terminal terminal)
{
    public Task<Job> SubmitAsync(CancellationToken cancellation) => client.Jobs.SubmitAsync(plan.Spec, plan.Data(), cancellationToken: cancellation);

    /// <exception cref="JobException">The job failed.</exception>
    public async Task<TrainingOutcome> RunAsync(CancellationToken cancellation)
    {
        var job = await SubmitAsync(cancellation);
        try
        {
            return await new JobWatch(client, terminal).RunAsync(job, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await CancelAsync(job);
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
