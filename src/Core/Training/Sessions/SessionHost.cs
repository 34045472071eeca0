using System.Collections.Concurrent;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Kernels;
using CoLA.Core.Naming;

namespace CoLA.Core.Training.Sessions;

/// <summary>
/// The open sessions of this process. The calls of one session run one after another. A session that is not called for a
/// while expires; its next call resumes it from its last saved state.
/// </summary>
internal sealed class SessionHost : IAsyncDisposable
{
    /// <summary>How often idle sessions are looked for within the expiry time.</summary>
    private const int Sweeps = 4;

    private readonly ConcurrentDictionary<SessionName, LiveSession> _live = new();
    private readonly SessionCatalog _catalog;
    private readonly SessionLoader _loader;
    private readonly SessionMemory _memory;
    private readonly TimeProvider _time;
    private readonly TimeSpan _expiry;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _sweep = new(1, 1);

    public SessionHost(SessionCatalog catalog, SessionLoader loader, SessionMemory memory, TimeProvider time, TimeSpan expiry)
    {
        _catalog = catalog;
        _loader = loader;
        _memory = memory;
        _time = time;
        _expiry = expiry;
        var period = expiry / Sweeps;
        _timer = time.CreateTimer(_ => _ = SweepAsync(), null, period, period);
    }

    public LiveSession? Find(SessionName name) => _live.GetValueOrDefault(name);

    /// <summary>Runs a call on an open session, after the session's earlier calls have ended.</summary>
    public async Task<T> EnterAsync<T>(
        TenantId caller,
        SessionName name,
        Func<SessionSnapshot, LiveSession, Task<T>> call,
        CancellationToken cancellation)
    {
        while (true)
        {
            var live = LiveOf(await _catalog.GetAsync(caller, name, cancellation).ConfigureAwait(false));
            await live.Gate.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                if (live.IsRetired)
                {
                    continue;
                }

                // Asked again inside the gate: a task may have been taken out meanwhile.
                var session = await _catalog.GetAsync(caller, name, cancellation).ConfigureAwait(false);
                if (session.IsExpired)
                {
                    session = await _catalog.ResumeAsync(session, cancellation).ConfigureAwait(false);
                }

                return await call(session, live).ConfigureAwait(false);
            }
            finally
            {
                live.LastUse = _time.GetTimestamp();
                live.Gate.Release();
                _memory.FitSoon();
            }
        }
    }

    /// <summary>Closes a session, after its earlier calls have ended.</summary>
    public async Task CloseAsync(SessionSnapshot session, Func<Task> close, CancellationToken cancellation)
    {
        var live = LiveOf(session);
        await live.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await close().ConfigureAwait(false);
            await RetireAsync(session.Name, live).ConfigureAwait(false);
        }
        finally
        {
            live.Gate.Release();
        }
    }

    /// <summary>Lets the sessions expire that were not called within the operator's limit.</summary>
    public async Task SweepAsync()
    {
        await _sweep.WaitAsync().ConfigureAwait(false);
        try
        {
            foreach (var session in await _catalog.ListOpenAsync(CancellationToken.None).ConfigureAwait(false))
            {
                await ExpireAsync(session).ConfigureAwait(false);
            }
        }
        catch (ObjectDisposedException)
        {
            // The server is stopping; after a restart its sessions stand at their last saved states anyway.
        }
        finally
        {
            _sweep.Release();
        }
    }

    /// <summary>Frees what the sessions hold; once the engine has stopped, when no step can be using it.</summary>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        _memory.Dispose();
        foreach (var live in _live.Values)
        {
            live.Tensors?.Dispose();
            if (live.Evicted is { } evicted)
            {
                await evicted.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task ExpireAsync(SessionSnapshot session)
    {
        var live = LiveOf(session);
        if (_time.GetElapsedTime(live.LastUse) < _expiry || !await live.Gate.WaitAsync(0).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            if (!live.IsRetired && _time.GetElapsedTime(live.LastUse) >= _expiry)
            {
                await _catalog.ExpireAsync(session, CancellationToken.None).ConfigureAwait(false);
                await RetireAsync(session.Name, live).ConfigureAwait(false);
            }
        }
        finally
        {
            live.Gate.Release();
        }
    }

    private async Task RetireAsync(SessionName name, LiveSession live)
    {
        live.IsRetired = true;
        _live.TryRemove(name, out _);
        await _loader.FreeAsync(live).ConfigureAwait(false);
        NativeHeap.TrimSoon();
    }

    private LiveSession LiveOf(SessionSnapshot session) =>
        _live.GetOrAdd(session.Name, _ => new LiveSession(session.Stand, _time.GetTimestamp()));
}
