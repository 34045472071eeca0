using CoLA.Core.Naming;

namespace CoLA.Core.Work;

/// <summary>An iterator of units on its way through the engine, and the promise to whoever waits for its end.</summary>
internal sealed class LongWork(TenantId tenant, IEnumerable<Unit> units, CancellationToken cancellation) : IDisposable
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IEnumerator<Unit>? _units;

    /// <summary>For whom it is done.</summary>
    public TenantId Tenant { get; } = tenant;

    /// <summary>Who pays what share of it, where it is done for several; filled by the work's first unit at the latest.</summary>
    public IReadOnlyDictionary<TenantId, double> Shares { get; init; } = new Dictionary<TenantId, double> { [tenant] = 1 };

    /// <summary>How long its next unit is likely to take: as long as its last, since most are alike.</summary>
    public TimeSpan Expected { get; set; }

    public Task Done => _done.Task;

    /// <summary>Runs one unit; false when the work has ended, one way or another.</summary>
    public bool Advance()
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            _units ??= units.GetEnumerator();
            if (_units.MoveNext())
            {
                return true;
            }

            Dispose();
            _done.SetResult();
        }
        catch (OperationCanceledException)
        {
            Dispose();
            _done.TrySetCanceled(cancellation);
        }
        catch (Exception failure)
        {
            Dispose();
            _done.TrySetException(failure);
        }

        return false;
    }

    public void Abandon(Exception why)
    {
        Dispose();
        _done.TrySetException(why);
    }

    public void Dispose()
    {
        _units?.Dispose();
        _units = null;
    }
}
