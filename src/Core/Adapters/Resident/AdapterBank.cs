using System.Collections.Concurrent;
using System.Diagnostics;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Kernels;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// The folded task versions on the device, with the pool versions that they need. The engine's thread owns it and never waits
/// for a file: a missing adapter is loaded on other threads and adopted when it is ready. Adapters that rows use, and adapters
/// that are pinned, stay. Of the others, the least recently used are evicted above the memory limit. Keys are never reused, so
/// a task that is deleted and created again under the same name cannot find the old adapter.
/// </summary>
internal sealed class AdapterBank : IDisposable
{
    private readonly CausalLanguageModel _model;
    private readonly AdapterBankOptions _options;
    private readonly AdapterMetrics _metrics;
    private readonly Action _loaded;
    private readonly AdapterLoader _loader;
    private readonly HostAdapters _host;
    private readonly Dictionary<long, ResidentAdapter> _adapters = [];
    private readonly Dictionary<FoldedAdapter, ResidentAdapter> _byAdapter = [];
    private readonly Dictionary<long, ResidentPool> _pools = [];
    private readonly Dictionary<TaskName, long> _pinned = []; // the pinned version of each pinned task
    private readonly Dictionary<long, (Exception Failure, long Time)> _failed = []; // loads that have failed, for the rows that asked for them and ask again
    private readonly ConcurrentQueue<Action> _arrivals = new();
    private readonly ConcurrentDictionary<Task, bool> _loads = new();
    private long _clock;

    /// <summary>
    /// How long a failure is kept for reporting. Waiting rows ask again at once, so after this time nobody waits for it, and
    /// the next request starts a new load.
    /// </summary>
    private static readonly TimeSpan FailureLifetime = TimeSpan.FromSeconds(1);

    /// <param name="model">The base model; adapters use its device and dtype.</param>
    /// <param name="options">The memory limits.</param>
    /// <param name="metrics">Receives counts and sizes.</param>
    /// <param name="loaded">Called on any thread when a load has ended, successfully or not.</param>
    public AdapterBank(CausalLanguageModel model, AdapterBankOptions options, AdapterMetrics metrics, Action loaded)
    {
        _model = model;
        _options = options;
        _metrics = metrics;
        _loaded = loaded;
        _loader = new AdapterLoader(model);
        _host = new HostAdapters(options.HostMemory);
    }

    /// <summary>Bytes on the device: adapters, pools, and the tensors that are derived from pools.</summary>
    public long Bytes => _adapters.Values.Sum(adapter => adapter.Bytes) + _pools.Values.Sum(pool => pool.Bytes);

    /// <summary>
    /// Whether the adapter is resident or being loaded, or could be loaded without evicting an adapter that cannot be evicted.
    /// Where no row uses an adapter, there is always room for one.
    /// </summary>
    public bool HasRoomFor(AdapterSource source)
    {
        Adopt();
        if (_adapters.ContainsKey(source.Version.Key))
        {
            return true;
        }

        var held = _adapters.Values.Where(adapter => !CanEvict(adapter)).ToArray();
        return Array.TrueForAll(held, adapter => adapter is { Users: 0, Adapter: not null })
            || held.Sum(adapter => adapter.Bytes) + held.Select(adapter => adapter.Pool).Distinct().Sum(pool => pool.Bytes)
                + FoldedHeads.BytesOf(_model.Config, source.Version.PoolSpec, source.Version.Spec) <= _options.Memory;
    }

    /// <summary>
    /// Gets the folded adapter of a task version; the caller returns it with <see cref="Release"/>. False where it is not
    /// resident yet: then it is being loaded, and a later call will get it.
    /// </summary>
    /// <exception cref="DamagedFileRejection">A file does not have the content that its name (SHA-256) states. A later call may try again.</exception>
    /// <exception cref="NotFoundRejection">The version was deleted in the meantime.</exception>
    public bool TryAcquire(AdapterSource source, out FoldedAdapter? adapter)
    {
        Adopt();
        var key = source.Version.Key;
        if (_failed.Remove(key, out var failed) && Stopwatch.GetElapsedTime(failed.Time) < FailureLifetime)
        {
            throw failed.Failure;
        }

        if (!_adapters.TryGetValue(key, out var resident))
        {
            resident = Begin(source);
        }

        adapter = resident.Adapter;
        if (adapter is null)
        {
            return false;
        }

        _metrics.Used(resident.WasUsed);
        resident.WasUsed = true;
        resident.Users++;
        resident.LastUse = ++_clock;
        Evict();
        return true;
    }

    /// <summary>Returns an adapter that <see cref="TryAcquire"/> gave.</summary>
    public void Release(FoldedAdapter adapter)
    {
        _byAdapter[adapter].Users--;
        Evict();
    }

    /// <summary>Whether any version of the task is resident or being loaded.</summary>
    public bool HoldsAnyOf(TaskName task) => _adapters.Values.Any(adapter => adapter.Task == task);

    /// <summary>Loads an adapter that rows will probably need.</summary>
    /// <param name="source">The source of its matrices.</param>
    /// <param name="heads">Its folded heads, which the bank then owns; null to load them.</param>
    public void Preload(AdapterSource source, FoldedHeads? heads = null)
    {
        Adopt();
        if (_adapters.ContainsKey(source.Version.Key))
        {
            heads?.Dispose();
        }
        else
        {
            Begin(source, heads);
        }

        Evict();
    }

    /// <summary>
    /// Pins a version, so that it is not evicted, and unpins the version of the task that was pinned before. If the version is
    /// not resident, it is loaded now; a failure is reported to the next caller of <see cref="TryAcquire"/>.
    /// </summary>
    public void Pin(AdapterSource source)
    {
        _pinned[source.Version.Task] = source.Version.Key;
        Preload(source);
    }

    /// <summary>Unpins the pinned version of a task, if there is one.</summary>
    public void Unpin(TaskName task)
    {
        _pinned.Remove(task);
        Evict();
    }

    /// <summary>Adopts the adapters whose loads have ended. It evicts nothing: an adapter must stay until the row that waits for it gets it.</summary>
    public void Adopt()
    {
        while (_arrivals.TryDequeue(out var arrival))
        {
            arrival();
            Report();
        }
    }

    public void Dispose()
    {
        // Unfinished loads must hand over their tensors, so that these are freed.
        Task.WhenAll(_loads.Keys).Wait();
        Adopt();
        foreach (var adapter in _adapters.Values)
        {
            adapter.Adapter?.Dispose();
        }

        foreach (var pool in _pools.Values)
        {
            pool.Pool?.Dispose();
        }

        _host.Dispose();
        _loader.Dispose();
    }

    private bool CanEvict(ResidentAdapter adapter) => adapter is { Users: 0, Adapter: not null } && !_pinned.ContainsValue(adapter.Key);

    /// <summary>Registers an adapter and starts its load. It is resident at once if its heads are in host memory and its pool is resident.</summary>
    /// <param name="source">The source of its matrices.</param>
    /// <param name="heads">Its folded heads; null if the caller has none.</param>
    private ResidentAdapter Begin(AdapterSource source, FoldedHeads? heads = null)
    {
        var version = source.Version;
        if (!_pools.TryGetValue(version.PoolVersion.Key, out var pool) || pool.Loading.IsFaulted)
        {
            pool = new ResidentPool(version.PoolVersion.Key, _loader.PoolAsync(source));
            _pools[pool.Key] = pool;
        }

        pool.Users++;
        var resident = new ResidentAdapter(version.Key, version.Task, version.SubtractsInitial, pool) { LastUse = ++_clock };
        _adapters.Add(version.Key, resident);
        heads ??= _host.Take(version.Key);
        if (heads is not null && pool.Pool is not null)
        {
            Place(resident, heads);
        }
        else
        {
            Track(LoadAsync(resident, source, heads));
        }

        return resident;
    }

    /// <summary>Loads the heads and waits for the pool, on other threads than the engine's.</summary>
    /// <param name="resident">The adapter.</param>
    /// <param name="source">The source of its matrices.</param>
    /// <param name="heads">Its folded heads if they were in host memory: then only the pool is missing.</param>
    private async Task LoadAsync(ResidentAdapter resident, AdapterSource source, FoldedHeads? heads)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            heads ??= await _loader.HeadsAsync(source, resident.Pool.Loading).ConfigureAwait(false);
            var pool = await resident.Pool.Loading.ConfigureAwait(false);
            pool.Prepare(heads.Summed, resident.Subtracts);
            _arrivals.Enqueue(() =>
            {
                resident.Pool.Pool = pool;
                Place(resident, heads);
                _metrics.Loaded(started);
            });
        }
        catch (Exception failure)
        {
            heads?.Dispose();
            _arrivals.Enqueue(() => Fail(resident, failure));
        }
    }

    /// <summary>Forgets an adapter that could not be loaded, so that it takes no memory and a later request can try again.</summary>
    private void Fail(ResidentAdapter resident, Exception failure)
    {
        Forget(resident);
        foreach (var (key, _) in _failed.Where(old => Stopwatch.GetElapsedTime(old.Value.Time) >= FailureLifetime).ToArray())
        {
            _failed.Remove(key);
        }

        _failed[resident.Key] = (failure, Stopwatch.GetTimestamp());
    }

    /// <summary>Keeps the task of a load until it has ended, then calls the loaded callback.</summary>
    private void Track(Task load)
    {
        _loads[load] = true;
        load.ContinueWith(
            ended =>
            {
                _loads.TryRemove(ended, out _);
                _loaded();
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    private void Place(ResidentAdapter resident, FoldedHeads heads)
    {
        resident.Adapter = new FoldedAdapter(_model, resident.Pool.Pool!, heads, resident.Subtracts);
        _byAdapter.Add(resident.Adapter, resident);
    }

    private void Evict()
    {
        while (Bytes > _options.Memory && _adapters.Values.Where(CanEvict).MinBy(adapter => adapter.LastUse) is { } oldest)
        {
            if (_options.HostMemory > 0)
            {
                _host.Keep(oldest.Key, oldest.Adapter!.ToHost());
            }

            Forget(oldest);
            _metrics.Evicted();
            NativeHeap.TrimSoon();
        }

        Report();
    }

    private void Report() => _metrics.Hold(_byAdapter.Count, Bytes, _host.Count, _host.Bytes);

    private void Forget(ResidentAdapter adapter)
    {
        _adapters.Remove(adapter.Key);
        if (adapter.Adapter is { } folded)
        {
            _byAdapter.Remove(folded);
            folded.Dispose();
        }

        if (--adapter.Pool.Users == 0)
        {
            // A pool that could not be loaded may have been replaced by a new attempt.
            if (_pools.GetValueOrDefault(adapter.Pool.Key) == adapter.Pool)
            {
                _pools.Remove(adapter.Pool.Key);
            }

            if (adapter.Pool.Loading.IsCompletedSuccessfully)
            {
                adapter.Pool.Loading.Result.Dispose();
            }
        }
    }
}
