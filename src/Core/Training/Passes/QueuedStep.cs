using CoLA.Core.Naming;

namespace CoLA.Core.Training.Passes;

/// <summary>A step that waits for its passes, and the promise to its caller; on the engine's thread once it is queued.</summary>
/// <param name="tenant">Who calls.</param>
/// <param name="step">The gradients to make.</param>
/// <param name="rhythm">The session's.</param>
/// <param name="finish">What is made of the gradients, all at once.</param>
/// <param name="cancellation">Seen between the units; a step that ends so has changed nothing.</param>
internal sealed class QueuedStep(TenantId tenant, TrainingStep step, StepRhythm rhythm, Action finish, CancellationToken cancellation)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _begun;

    public TenantId Tenant => tenant;

    public PassCall Call => step.Call;

    public StepRhythm Rhythm => rhythm;

    /// <summary>Computed by itself, and always cut alike: its result is the same bit for bit whoever else trains.</summary>
    public bool Deterministic { get; init; }

    public bool IsCancelled => cancellation.IsCancellationRequested;

    public Task Done => _done.Task;

    /// <summary>Rows for the next micro-batch.</summary>
    public PassStretch Take(int tokens, bool any)
    {
        if (!_begun)
        {
            step.Begin();
            _begun = true;
        }

        return new PassStretch(Call, Call.Take(tokens, any));
    }

    /// <summary>After a micro-batch: false where the step waits for another one, true where it was answered.</summary>
    public bool TryEnd()
    {
        if (IsCancelled)
        {
            _done.TrySetCanceled(cancellation);
            return true;
        }

        try
        {
            step.RequireFiniteLosses();
            if (!Call.IsTaken)
            {
                return false;
            }

            finish();
            _done.TrySetResult();
        }
        catch (Exception failure)
        {
            _done.TrySetException(failure);
        }

        return true;
    }

    public void Fail(Exception why) => _done.TrySetException(why);
}
