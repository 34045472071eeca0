using CoLA.Core.Catalog;
using CoLA.Core.Jobs;
using CoLA.Core.Naming;
using CoLA.Server.Callers;
using CoLA.Server.Translation;
using CoLA.V1;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace CoLA.Server.Services;

/// <summary>The contract's jobs, on Core's.</summary>
internal sealed class JobService(TrainingJobs jobs, IHostApplicationLifetime lifetime) : V1.JobService.JobServiceBase
{
    public override async Task<Job> SubmitJob(IAsyncStreamReader<SubmitJobRequest> requestStream, ServerCallContext context)
    {
        var tenant = context.Tenant();
        using var submission = new JobSubmission();
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            submission.Add(requestStream.Current);
        }

        var job = await jobs.SubmitAsync(
            new Mutation(tenant, submission.RequestId, submission.Hash()),
            submission.Spec.ToCore(),
            submission.Sources(),
            submission.Spec.Reading.ToCore(),
            context.CancellationToken).ConfigureAwait(false);
        return job.ToContract();
    }

    public override async Task<Job> GetJob(GetJobRequest request, ServerCallContext context) => (await jobs.GetAsync(
        context.Tenant(), JobName.Parse(request.Name), context.CancellationToken).ConfigureAwait(false)).ToContract();

    public override async Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        var page = await jobs.ListAsync(
            context.Tenant(), new PageRequest(request.PageSize, request.PageToken), context.CancellationToken).ConfigureAwait(false);
        return new ListJobsResponse
        {
            Jobs = { page.Items.Select(job => job.ToContract()) },
            NextPageToken = page.NextToken ?? "",
        };
    }

    public override async Task WatchJob(WatchJobRequest request, IServerStreamWriter<V1.JobEvent> responseStream, ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var news in jobs.WatchAsync(context.Tenant(), JobName.Parse(request.Name), request.After, end.Token).ConfigureAwait(false))
            {
                await responseStream.WriteAsync(news.ToContract(), end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The job goes on with the next server, and so can its watcher.
            throw new RpcException(new Status(StatusCode.Unavailable, "the server is stopping; its jobs go on when it runs again"));
        }
    }

    public override async Task<Job> CancelJob(CancelJobRequest request, ServerCallContext context) => (await jobs.CancelAsync(
        context.Mutation(request.RequestId, request),
        JobName.Parse(request.Name),
        context.CancellationToken).ConfigureAwait(false)).ToContract();
}
