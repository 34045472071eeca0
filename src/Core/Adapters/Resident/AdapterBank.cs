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
/// Folded task versions and the pool versions under them, on the device; owned by the engine's thread, which never waits
/// for a file: what is not here is loaded behind its back, and adopted when it has come. What rows use stays, and what the
/// operator pinned; of the rest, the least recently used goes when there is more than the limit. Keys are never used again,
/// so a name that was deleted and made anew cannot find what was there before.
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
    private readonly Dictionary<TaskName, long> _pinned = []; // the version of each pinned task that is kept
    private readonly Dictionary<long, (Exception Failure, long Time)> _failed = []; // for who asked, and asks again at once
    private readonly ConcurrentQueue<Action> _arrivals = new();
    private readonly ConcurrentDictionary<Task, bool> _underWay = new();
    private long _clock;

    /// <summary>After that long nobody waits for what failed any more: who asks then asks anew.</summary>
    private static readonly TimeSpan FailureLifetime = TimeSpan.FromSeconds(1);

    /// <param name="model">The base model, whose device and dtype adapters have.</param>
    /// <param name="options">What it may hold.</param>
    /// <param name="metrics">Whom to tell.</param>
    /// <param name="loaded">Called on any thread when a load has ended, well or not.</param>
    public AdapterBank(CausalLanguageModel model, AdapterBankOptions options, AdapterMetrics metrics, Action loaded)
    {
        _model = model;
        _options = options;
        _metrics = metrics;
        _loaded = loaded;
        _loader = new AdapterLoader(model);
        _host = new HostAdapters(options.HostMemory);
    }

    /// <summary>Bytes on the device: adapters, and the pools under them with what is derived from their A's.</summary>
    public long Bytes => _adapters.Values.Sum(adapter => adapter.Bytes) + _pools.Values.Sum(pool => pool.Bytes);

    /// <summary>
    /// Whether the adapter is here or on its way, or could be brought without pushing out what rows use. Where rows use
    /// nothing there is always room for one.
    /// </summary>
    public bool HasRoomFor(AdapterSource source)
    {
        Adopt();
        if (_adapters.ContainsKey(source.Version.Key))
        {
            return true;
        }

        var held = _adapters.Values.Where(adapter => !MayGo(adapter)).ToArray();
        return Array.TrueForAll(held, adapter => adapter is { Users: 0, Adapter: not null })
            || held.Sum(adapter => adapter.Bytes) + held.Select(adapter => adapter.Pool).Distinct().Sum(pool => pool.Bytes)
                + FoldedHeads.BytesOf(_model.Config, source.Version.PoolSpec, source.Version.Spec) <= _options.Memory;
    }

    /// <summary>
    /// The folded adapter of a task version, to be given back by <see cref="Release"/>; false where it is not here yet: it
    /// is on its way then, and whoever asks again after it has come gets it.
    /// </summary>
    /// <exception cref="DamagedFileRejection">A file does not hold what its name says. The next one to ask may try again.</exception>
    /// <exception cref="NotFoundRejection">The version was let go of since it was named.</exception>
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

    public void Release(FoldedAdapter adapter)
    {
        _byAdapter[adapter].Users--;
        Evict();
    }

    /// <summary>Whether some version of the task is here or on its way.</summary>
    public bool HoldsAnyOf(TaskName task) => _adapters.Values.Any(adapter => adapter.Task == task);

    /// <summary>Has an adapter brought that is likely to be asked for.</summary>
    /// <param name="source">Where it is.</param>
    /// <param name="heads">Its folded heads, which are taken over; null to have them loaded.</param>
    public void Bring(AdapterSource source, FoldedHeads? heads = null)
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
    /// Keeps a version, and lets go of the task's version that was kept before. It is brought now if it is not here; should
    /// that fail, whoever asks for it is told.
    /// </summary>
    public void Pin(AdapterSource source)
    {
        _pinned[source.Version.Task] = source.Version.Key;
        Bring(source);
    }

    /// <summary>Lets go of what was kept of a task.</summary>
    public void Unpin(TaskName task)
    {
        _pinned.Remove(task);
        Evict();
    }

    /// <summary>Takes what has come. It makes room for nothing: what came for a row has to stay until the row gets it.</summary>
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
        // Loads that are under way hand over what they made, so that it is freed.
        Task.WhenAll(_underWay.Keys).Wait();
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

    private bool MayGo(ResidentAdapter adapter) => adapter is { Users: 0, Adapter: not null } && !_pinned.ContainsValue(adapter.Key);

    /// <summary>Notes that an adapter is wanted, and has it brought from the host's memory at once or from the disk later.</summary>
    /// <param name="source">Where it is.</param>
    /// <param name="heads">Its folded heads, if they are at hand.</param>
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
            Follow(LoadAsync(resident, source, heads));
        }

        return resident;
    }

    /// <param name="resident">What waits for it.</param>
    /// <param name="source">Where it is.</param>
    /// <param name="heads">Its heads, where they were in the host's memory: only the pool is missing then.</param>
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

    /// <summary>What cannot come holds nothing, least of all a place: the file may be mended, and others wait.</summary>
    private void Fail(ResidentAdapter resident, Exception failure)
    {
        Forget(resident);
        foreach (var (key, _) in _failed.Where(old => Stopwatch.GetElapsedTime(old.Value.Time) >= FailureLifetime).ToArray())
        {
            _failed.Remove(key);
        }

        _failed[resident.Key] = (failure, Stopwatch.GetTimestamp());
    }

    /// <summary>Keeps the task of a load until it has ended, and then wakes whoever waits.</summary>
    private void Follow(Task load)
    {
        _underWay[load] = true;
        load.ContinueWith(
            ended =>
            {
                _underWay.TryRemove(ended, out _);
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
        while (Bytes > _options.Memory && _adapters.Values.Where(MayGo).MinBy(adapter => adapter.LastUse) is { } oldest)
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
            // Another one may have taken the place of a pool that could not be loaded.
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
