using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Kernels;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Training.State;
using CoLA.Core.Work;

namespace CoLA.Core.Training.Sessions;

/// <summary>
/// Which sessions are on the device, in host memory and on disk. Above a limit the least recently called sessions are
/// evicted, each as a whole: weights, gradients and optimizers. The next call loads a session back, bit for bit. A session
/// that runs a call holds its gate and stays. The engine's thread copies the tensors and never waits for a file.
/// </summary>
internal sealed class SessionMemory(Engine.Engine engine, ArtifactStore files, SessionOptions options, SessionMetrics metrics) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<LiveSession, SessionSnapshot> _sessions = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _stopped;

    private bool Fits => _stopped || (OnDevice().Bytes <= options.Memory && OnHost().Bytes <= options.HostMemory);

    /// <summary>Registers a session that was loaded to the device, and evicts others if they exceed the limit together.</summary>
    /// <param name="session">The session's record.</param>
    /// <param name="live">The session in this process; a call runs on it.</param>
    /// <param name="started">When the load of an evicted session began; null for a session that was opened.</param>
    /// <param name="cancellation">Cancels the wait for other evictions.</param>
    public Task HoldAsync(SessionSnapshot session, LiveSession live, long? started, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _sessions[live] = session;
        }

        if (started is { } since)
        {
            metrics.Loaded(since);
        }

        Report();
        return Fits ? Task.CompletedTask : FitAsync(cancellation);
    }

    /// <summary>Removes a session that is closed or has expired.</summary>
    public void Forget(LiveSession live)
    {
        lock (_lock)
        {
            _sessions.Remove(live);
        }

        Report();
    }

    /// <summary>Checks the limits after a call, and does not make the caller wait for evictions.</summary>
    public void FitSoon()
    {
        Report();
        if (!Fits)
        {
            _ = FitAsync(CancellationToken.None);
        }
    }

    /// <summary>Waits for the eviction that is under way and lets no other begin. Call it after the engine has stopped.</summary>
    public void Dispose()
    {
        _stopped = true;
        _turn.Wait();
        _turn.Release();
    }

    private async Task FitAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            while (!_stopped && OnDevice().Bytes > options.Memory
                && await TryMoveOldestAsync(live => live.Tensors is not null, EvictAsync).ConfigureAwait(false))
            {
            }

            while (!_stopped && OnHost().Bytes > options.HostMemory
                && await TryMoveOldestAsync(live => live.Evicted is { HostBytes: > 0 }, SpillAsync).ConfigureAwait(false))
            {
            }
        }
        finally
        {
            _turn.Release();
            Report();
        }
    }

    private void Report() => metrics.Hold(OnDevice(), OnHost(), Sum(live => live.Evicted is { HostBytes: 0 } evicted ? evicted.DiskBytes : null));

    private (int Sessions, long Bytes) OnDevice() => Sum(live => live.Tensors?.Bytes);

    private (int Sessions, long Bytes) OnHost() => Sum(live => live.Evicted is { HostBytes: > 0 and var bytes } ? bytes : null);

    private (int Sessions, long Bytes) Sum(Func<LiveSession, long?> bytesOf)
    {
        lock (_lock)
        {
            var bytes = _sessions.Keys.Select(bytesOf).OfType<long>().ToArray();
            return (bytes.Length, bytes.Sum());
        }
    }

    /// <summary>Moves the least recently called session that may be moved; false if there is none, or if it could not be moved.</summary>
    private async Task<bool> TryMoveOldestAsync(Predicate<LiveSession> may, Func<SessionSnapshot, LiveSession, Task<bool>> move)
    {
        KeyValuePair<LiveSession, SessionSnapshot>[] oldest;
        lock (_lock)
        {
            oldest = [.. _sessions.Where(session => may(session.Key)).OrderBy(session => session.Key.LastUse)];
        }

        foreach (var (live, session) in oldest)
        {
            if (!await live.Gate.WaitAsync(0).ConfigureAwait(false))
            {
                continue;
            }

            try
            {
                if (may(live))
                {
                    return await move(session, live).ConfigureAwait(false);
                }
            }
            finally
            {
                live.Gate.Release();
            }
        }

        return false;
    }

    private async Task<bool> EvictAsync(SessionSnapshot session, LiveSession live)
    {
        IEnumerable<Unit> Evict()
        {
            var tensors = live.Tensors!;
            SessionState? state = null;
            foreach (var unit in SessionState.Take(tensors, taken => state = taken))
            {
                yield return unit;
            }

            live.Evicted = new EvictedSession(session.Name, state!, files);
            live.Tensors = null;
            tensors.Dispose();
        }

        try
        {
            await engine.RunAsync(session.Opener, Evict(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (PreconditionRejection)
        {
            return false; // the server is stopping: nothing has to leave the device any more
        }

        metrics.Evicted();
        NativeHeap.TrimSoon();
        return true;
    }

    /// <summary>On a thread of the pool.</summary>
    private static Task<bool> SpillAsync(SessionSnapshot session, LiveSession live) => Task.Run(async () =>
    {
        try
        {
            await live.Evicted!.SpillAsync().ConfigureAwait(false);
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            return false; // the disk may be full: the session stays in memory, and the next eviction tries again
        }

        NativeHeap.TrimSoon();
        return true;
    });
}
