using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>A job that waits or runs in this process.</summary>
internal sealed class LiveJob : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LiveJob(JobJournal journal)
    {
        Journal = journal;
        Name = journal.Job.Name;
        Tasks = journal.Job.Plan.Tasks.Select(task => task.Task).ToHashSet();
        Cancelled = _cancel.Token;
    }

    public JobName Name { get; }

    public JobJournal Journal { get; }

    /// <summary>The tasks that no other job may train at the same time.</summary>
    public IReadOnlySet<TaskName> Tasks { get; }

    /// <summary>Cancelled when the tenant cancels the job.</summary>
    public CancellationToken Cancelled { get; }

    /// <summary>Completes when the job has ended and its tasks are free.</summary>
    public Task Released => _released.Task;

    public void Cancel()
    {
        lock (_lock)
        {
            if (!Released.IsCompleted)
            {
                _cancel.Cancel();
            }
        }
    }

    /// <summary>Completes <see cref="Released"/>.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _released.TrySetResult();
            _cancel.Dispose();
        }
    }
}
