using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Tests.Fakes;

internal sealed class FakeJobService(FakeAnswers answers) : JobService.JobServiceBase
{
    public override async Task<Job> SubmitJob(IAsyncStreamReader<SubmitJobRequest> requestStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            answers.Submitted.Enqueue(request);
        }

        return new Job { Name = "tenants/acme/jobs/j1" };
    }

    public override Task WatchJob(WatchJobRequest request, IServerStreamWriter<JobEvent> responseStream, ServerCallContext context)
    {
        answers.Calls.Enqueue($"after {request.After}");
        return answers.WatchJob(request, responseStream, context);
    }
}
