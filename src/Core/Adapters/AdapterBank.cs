using System.Collections.Concurrent;
using System.Diagnostics;
using CoLA.Core.Catalog;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Tenancy;

namespace CoLA.Core.Adapters;

/// <summary>
/// Folded task versions and the pool versions under them, on the device; owned by the engine's thread. What rows use
/// stays; of the rest, the least recently used goes when there is more than the limit. Keys are never used again, so a
/// name that was deleted and made anew cannot find what was there before.
/// </summary>
internal sealed class AdapterBank(CausalLanguageModel model, long memory, AdapterMetrics metrics) : IDisposable
{
    private readonly ConcurrentDictionary<long, Resident<FoldedAdapter>> _adapters = [];
    private readonly Dictionary<long, Resident<PoolOnDevice>> _pools = [];
    private readonly Dictionary<FoldedAdapter, (long Task, long Pool)> _keys = [];
    private long _clock;

    /// <summary>Whether a version is resident just now; from any thread.</summary>
    public bool IsResident(TaskVersionSnapshot version) => _adapters.ContainsKey(version.Key);

    /// <summary>The folded adapter of a task version, made resident if it is not; to be given back by <see cref="Release"/>.</summary>
    /// <exception cref="DamagedFileRejection">A file does not hold what its name says.</exception>
    /// <exception cref="NotFoundRejection">The version was let go of since it was named.</exception>
    public FoldedAdapter Acquire(AdapterSource source)
    {
        if (!_adapters.TryGetValue(source.Version.Key, out var adapter))
        {
            try
            {
                var started = Stopwatch.GetTimestamp();
                adapter = Load(source);
                metrics.Loaded(started);
            }
            catch (Rejection) when (source.IsGone)
            {
                throw new NotFoundRejection($"{new TaskVersionName(source.Version.Task, source.Version.Number)} was deleted before its turn came");
            }
        }

        adapter.Users++;
        adapter.LastUse = ++_clock;
        Evict();
        return adapter.Value;
    }

    public bool HasRoomFor(AdapterSource source) => source is not null && memory >= 0;

    public bool TryAcquire(AdapterSource source, out FoldedAdapter? adapter)
    {
        adapter = Acquire(source);
        return true;
    }

    public void Release(FoldedAdapter adapter)
    {
        _adapters[_keys[adapter].Task].Users--;
        Evict();
    }

    public void Dispose()
    {
        foreach (var adapter in _adapters.Values)
        {
            adapter.Value.Dispose();
        }

        foreach (var pool in _pools.Values)
        {
            pool.Value.Dispose();
        }
    }

    private Resident<FoldedAdapter> Load(AdapterSource source)
    {
        var version = source.Version;
        var layout = MatrixLayout.OfHeads(model.Config, version.PoolSpec, version.Spec);
        using var heads = AdapterFiles.ReadHeads(source.Paths.Heads, layout, model.Device);
        var pool = PoolOf(source);
        var adapter = new Resident<FoldedAdapter>(FoldedAdapter.Fold(model, pool.Value, version.Spec, heads, version.SubtractsInitial));
        pool.Users++;
        _adapters[version.Key] = adapter;
        _keys.Add(adapter.Value, (version.Key, version.PoolVersion.Key));
        return adapter;
    }

    private Resident<PoolOnDevice> PoolOf(AdapterSource source)
    {
        var version = source.Version;
        if (!_pools.TryGetValue(version.PoolVersion.Key, out var pool))
        {
            var files = source.Paths;
            var a = AdapterFiles.ReadPool(files.Pool, MatrixLayout.OfPool(model.Config, version.PoolSpec), model.Device);
            var initial = files.Initial is null ? null : InitialProduct.Read(files.Initial, model.Config, version.PoolSpec, model.Device);
            pool = new(new PoolOnDevice(model, version.PoolSpec, new PoolMatrices(a, initial)));
            _pools.Add(version.PoolVersion.Key, pool);
        }

        return pool;
    }

    private void Evict()
    {
        while (_adapters.Values.Sum(adapter => adapter.Value.Bytes) > memory
            && _adapters.Where(adapter => adapter.Value.Users == 0).OrderBy(adapter => adapter.Value.LastUse).Select(adapter => adapter.Value).FirstOrDefault()
                is { } oldest)
        {
            var (task, pool) = _keys[oldest.Value];
            _keys.Remove(oldest.Value);
            _adapters.TryRemove(task, out _);
            oldest.Value.Dispose();
            metrics.Evicted();
            if (--_pools[pool].Users == 0)
            {
                _pools[pool].Value.Dispose();
                _pools.Remove(pool);
            }
        }

        metrics.Hold(_adapters.Count, _adapters.Values.Sum(adapter => adapter.Value.Bytes));
    }

    private sealed class Resident<T>(T value)
    {
        public T Value { get; } = value;

        public int Users { get; set; }

        public long LastUse { get; set; }
    }
}
