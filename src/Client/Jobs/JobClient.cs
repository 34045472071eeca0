using System.Runtime.CompilerServices;
using CoLA.Client.Calls;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Jobs;

/// <summary>Jobs: trainings that the server takes from data to publication. A request id that is left empty is made here.</summary>
/// <remarks>Every call may throw <see cref="ColaException"/>.</remarks>
public sealed class JobClient
{
    private readonly JobService.JobServiceClient _service;
    private readonly Caller _caller;
    private readonly ColaRetryOptions _retry;
    private readonly TimeProvider _time;

    internal JobClient(JobService.JobServiceClient service, Caller caller, ColaRetryOptions retry, TimeProvider time)
    {
        _service = service;
        _caller = caller;
        _retry = retry;
        _time = time;
    }

    /// <summary>How long <see cref="WatchAsync"/> looks for a server that has gone. Default two minutes.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Submits a job with its data.</summary>
    /// <param name="spec">What it is to do.</param>
    /// <param name="data">See <see cref="JobParts"/>; none where the spec names files of the server's.</param>
    /// <param name="requestId">Sent twice under one id, it is one job.</param>
    /// <param name="timeout">Of the whole call.</param>
    /// <param name="cancellationToken">Gives up; a job that was accepted already runs.</param>
    public Task<Job> SubmitAsync(
        JobSpec spec,
        IEnumerable<SubmitJobRequest> data,
        string? requestId = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) => _caller.UploadAsync(
            _service.SubmitJob,
            data.Prepend(new SubmitJobRequest { RequestId = requestId ?? Guid.NewGuid().ToString("N"), Spec = spec }),
            timeout,
            cancellationToken);

    /// <summary>The job of that name, <c>tenants/TENANT/jobs/JOB</c>.</summary>
    public Task<Job> GetAsync(string name, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.LookUpAsync(_service.GetJobAsync, new GetJobRequest { Name = name }, timeout, cancellationToken);

    /// <summary>The caller's jobs, newest first.</summary>
    public IAsyncEnumerable<Job> ListAsync(CancellationToken cancellationToken = default) => _caller.PagesAsync(
        _service.ListJobsAsync,
        token => new ListJobsRequest { PageToken = token },
        page => (page.Jobs, page.NextPageToken),
        cancellationToken);

    /// <summary>
    /// What a job has done behind number <paramref name="after"/> and what it does, until it has ended. Where the connection
    /// drops, or the server restarts, it connects again and goes on where it was: nothing is told twice, nothing is left out.
    /// </summary>
    public async IAsyncEnumerable<JobEvent> WatchAsync(string name, long after = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var told = JobState.Unspecified;
        var pause = _retry.InitialBackoff;
        var heard = _time.GetTimestamp();
        while (true)
        {
            var request = new WatchJobRequest { Name = name, After = after };
            await using var events = _caller.StreamAsync(
                _service.WatchJob, request, Timeout.InfiniteTimeSpan, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(events, heard).ConfigureAwait(false))
            {
                var news = events.Current;
                (heard, pause) = (_time.GetTimestamp(), _retry.InitialBackoff);
                after = Math.Max(after, news.Number);
                if (news.Job is not { } job)
                {
                    yield return news;
                }
                else if (job.State != told)
                {
                    told = job.State;
                    yield return news;
                }

                if (told is JobState.Succeeded or JobState.Failed or JobState.Cancelled)
                {
                    yield break;
                }
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromTicks(Math.Min((long)(pause.Ticks * _retry.BackoffMultiplier), _retry.MaximumBackoff.Ticks));
        }
    }

    /// <summary>Ends a job that has not ended; its tasks are free when this completes.</summary>
    public Task<Job> CancelAsync(string name, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.ComputeAsync(_service.CancelJobAsync, new CancelJobRequest { Name = name }, timeout, cancellationToken);

    /// <summary>Whether there is another event; false too where the connection was lost and it is not too late to look for it.</summary>
    private async Task<bool> NextAsync(IAsyncEnumerator<JobEvent> events, long heard)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (ColaException lost) when (lost.StatusCode == StatusCode.Unavailable && _time.GetElapsedTime(heard) < Patience)
        {
            return false;
        }
    }
}
