using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>A job that waits or runs in this process.</summary>
internal sealed class LiveJob : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LiveJob(JobJournal journal)
    {
        Journal = journal;
        Name = journal.Job.Name;
        Tasks = journal.Job.Plan.Tasks.Select(task => task.Task).ToHashSet();
        Cancelled = _cancel.Token;
    }

    public JobName Name { get; }

    public JobJournal Journal { get; }

    /// <summary>What no other job may train meanwhile.</summary>
    public IReadOnlySet<TaskName> Tasks { get; }

    /// <summary>It is to end, for its tenant does not want it any more.</summary>
    public CancellationToken Cancelled { get; }

    /// <summary>It has ended and let go of its tasks.</summary>
    public Task Left => _left.Task;

    public void Cancel()
    {
        lock (_lock)
        {
            if (!Left.IsCompleted)
            {
                _cancel.Cancel();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _left.TrySetResult();
            _cancel.Dispose();
        }
    }
}
