using CoLA.Core.Naming;

namespace CoLA.Core.Work;

/// <summary>
/// Long work that the engine advances unit by unit, and the task that completes when it ends. Disposing it runs the
/// <c>finally</c> blocks of the iterator.
/// </summary>
/// <param name="tenant">The tenant in whose queue the work waits.</param>
/// <param name="units">The work: each step of the iterator is one unit.</param>
/// <param name="cancellation">Checked before each unit.</param>
internal sealed class LongWork(TenantId tenant, IEnumerable<Unit> units, CancellationToken cancellation) : IDisposable
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IEnumerator<Unit>? _units;

    /// <summary>The tenant in whose queue the work waits.</summary>
    public TenantId Tenant { get; } = tenant;

    /// <summary>
    /// Fraction of the work's time that each tenant is charged; the fractions sum to 1. Work for several tenants fills this
    /// before its first unit ends.
    /// </summary>
    public IReadOnlyDictionary<TenantId, double> Shares { get; init; } = new Dictionary<TenantId, double> { [tenant] = 1 };

    /// <summary>Estimated duration of the next unit: the duration of the last one, because units of one work are similar.</summary>
    public TimeSpan Expected { get; set; }

    /// <summary>Completes when the work ends, with its exception or cancellation if there was one.</summary>
    public Task Done => _done.Task;

    /// <summary>Runs one unit. Returns false if the work has ended: finished, failed or cancelled.</summary>
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

    /// <summary>Ends the work with an exception, without running another unit.</summary>
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
