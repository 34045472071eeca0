using CoLA.Core.Adapters.Resident;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Tests.Telemetry;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Adapters.Resident;

/// <summary>The bank, where the test's thread takes the place of the engine's thread.</summary>
public sealed class AdapterBankTests : IAsyncDisposable
{
    private readonly CoreWorld _world = new();
    private readonly MetricsRecorder _metrics = new();
    private readonly ColaTelemetry _telemetry;
    private readonly SemaphoreSlim _loaded = new(0);
    private PoolSnapshot? _pool;

    public AdapterBankTests()
    {
        _telemetry = new ColaTelemetry(_metrics);
    }

    [Fact]
    public async Task TryAcquire_NotResident_LoadsOnAnotherThread()
    {
        using var bank = Bank();
        var source = (await SourcesAsync("a"))[0];

        Assert.False(bank.TryAcquire(source, out var none));
        Assert.Null(none);
        Assert.False(bank.TryAcquire(source, out _) && Loads() == 0, "a second request waits for the same load");
        await AcquireAsync(bank, source);

        Assert.Equal(1, Loads());
        Assert.True(bank.TryAcquire(source, out var again));
        Assert.NotNull(again);
        Assert.Equal(1, Loads());
    }

    [Fact]
    public async Task TryAcquire_MoreThanFit_EvictsTheLeastRecentlyUsed()
    {
        var sources = await SourcesAsync("a", "b", "c");
        using var bank = Bank(RoomFor(sources[0], 2));
        foreach (var source in sources[..2])
        {
            bank.Release(await AcquireAsync(bank, source));
        }

        bank.Release(await AcquireAsync(bank, sources[0])); // now b is the least recently used
        bank.Release(await AcquireAsync(bank, sources[2]));

        Assert.True(bank.TryAcquire(sources[0], out _));
        Assert.False(bank.TryAcquire(sources[1], out _));
        await AcquireAsync(bank, sources[1]);
    }

    [Fact]
    public async Task HasRoomFor_RowsUseAllAdapters_EvictsNothing()
    {
        var sources = await SourcesAsync("a", "b");
        using var bank = Bank(RoomFor(sources[0], 1));
        Assert.True(bank.HasRoomFor(sources[1]));
        var used = await AcquireAsync(bank, sources[0]);

        Assert.False(bank.HasRoomFor(sources[1]));
        Assert.True(bank.HasRoomFor(sources[0]));

        bank.Release(used);
        Assert.True(bank.HasRoomFor(sources[1]));
    }

    [Fact]
    public async Task Pin_OtherAdaptersLoaded_KeepsTheVersionUntilAnotherIsPinned()
    {
        var sources = await SourcesAsync("a", "b", "c");
        using var bank = Bank(1);
        bank.Pin(sources[0]);
        bank.Release(await AcquireAsync(bank, sources[0]));
        foreach (var source in sources[1..])
        {
            bank.Release(await AcquireAsync(bank, source));
        }

        Assert.True(bank.TryAcquire(sources[0], out var pinned));
        bank.Release(pinned!);
        bank.Unpin(sources[0].Version.Task);
        Assert.False(bank.TryAcquire(sources[0], out _));
        await AcquireAsync(bank, sources[0]);
    }

    [Fact]
    public async Task TryAcquire_DamagedFile_NamesItAndALaterCallCanTryAgain()
    {
        var sources = await SourcesAsync("a", "b");
        var file = FileOf(sources[0].Version.Heads!);
        var content = await File.ReadAllBytesAsync(file, _world.Cancellation);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(file, content, _world.Cancellation);
        using var bank = Bank();

        var rejection = await Assert.ThrowsAsync<DamagedFileRejection>(() => AcquireAsync(bank, sources[0]));
        Assert.Equal(file, rejection.File);
        await AcquireAsync(bank, sources[1]);

        content[^1] ^= 1;
        await File.WriteAllBytesAsync(file, content, _world.Cancellation);
        await AcquireAsync(bank, sources[0]);
    }

    [Fact]
    public async Task TryAcquire_FailureThatNobodyAsksFor_TakesNoMemory()
    {
        var sources = await SourcesAsync("a", "b");
        using var bank = Bank(RoomFor(sources[1], 1));
        bank.Release(await AcquireAsync(bank, sources[1]));
        File.Delete(FileOf(sources[0].Version.Heads!));
        bank.Pin(sources[0]);
        await _loaded.WaitAsync(_world.Cancellation);

        Assert.True(bank.HasRoomFor(sources[1]));
        Assert.True(bank.TryAcquire(sources[1], out _));
    }

    [Fact]
    public async Task TryAcquire_RepairedPool_IsReadAgain()
    {
        var sources = await SourcesAsync("a", "b");
        var file = FileOf(sources[0].Version.PoolVersion.Artifact);
        var content = await File.ReadAllBytesAsync(file, _world.Cancellation);
        File.Delete(file);
        using var bank = Bank();

        var rejection = await Assert.ThrowsAsync<DamagedFileRejection>(() => AcquireAsync(bank, sources[0]));
        Assert.Contains("is missing", rejection.Message, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, content, _world.Cancellation);
        await AcquireAsync(bank, sources[1]);
        await AcquireAsync(bank, sources[0]);
    }

    [Fact]
    public async Task TryAcquire_EvictedToHostMemory_ReturnsWithoutReadingAFile()
    {
        var sources = await SourcesAsync("a", "b");
        using var bank = Bank(memory: 1, hostMemory: long.MaxValue);
        bank.Release(await AcquireAsync(bank, sources[1]));
        bank.Release(await AcquireAsync(bank, sources[0]));
        var held = await AcquireAsync(bank, sources[1]); // keeps the pool resident
        Assert.Equal(1, _metrics.Sum("cola.adapters.host.resident"));
        Directory.Delete(_world.MatricesDirectory, recursive: true);

        Assert.True(bank.TryAcquire(sources[0], out _));

        bank.Release(held);
    }

    [Fact]
    public async Task TryAcquire_TaskCreatedAgainUnderTheSameName_FindsNoOldAdapter()
    {
        using var bank = Bank();
        var old = (await SourcesAsync("a"))[0];
        var before = await AcquireAsync(bank, old);
        await _world.Core.Tasks.DeleteAsync(_world.Mutation(), old.Version.Task, _world.Cancellation);

        var anew = (await SourcesAsync("a"))[0];

        Assert.False(bank.TryAcquire(anew, out _), "the name was found");
        var after = await AcquireAsync(bank, anew);
        Assert.NotSame(before, after);
        Assert.NotEqual(old.Version.Key, anew.Version.Key);
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        _telemetry.Dispose();
        _metrics.Dispose();
        _loaded.Dispose();
    }

    private AdapterBank Bank(long memory = long.MaxValue, long hostMemory = 0) =>
        new(_world.Core.Model.Language, new AdapterBankOptions { Memory = memory, HostMemory = hostMemory }, _telemetry.Adapters, () => _loaded.Release());

    private string FileOf(Artifact artifact) => Path.Combine(_world.MatricesDirectory, artifact.Sha256 + ".safetensors");

    private int Loads() => _metrics.Of("cola.adapters.load.duration").Count;

    /// <summary>Bytes of the pool and of several adapters of one shape on it.</summary>
    private long RoomFor(AdapterSource source, int adapters)
    {
        using var bank = Bank();
        var (one, pool) = AcquireAsync(bank, source).GetAwaiter().GetResult() is var adapter ? (adapter.Bytes, adapter.Pool.Bytes) : default;
        bank.Release(adapter);
        return pool + adapters * one;
    }

    private async Task<FoldedAdapter> AcquireAsync(AdapterBank bank, AdapterSource source)
    {
        FoldedAdapter? adapter;
        while (!bank.TryAcquire(source, out adapter))
        {
            await _loaded.WaitAsync(_world.Cancellation);
        }

        return adapter!;
    }

    /// <summary>Published versions of tasks on one pool.</summary>
    private async Task<AdapterSource[]> SourcesAsync(params string[] ids)
    {
        _pool ??= await _world.MakePoolAsync();
        var tasks = new List<TaskName>();
        foreach (var id in ids)
        {
            tasks.Add(await _world.MakeTaskAsync(id));
        }

        var session = (await _world.OpenAsync([.. tasks], frozen: true)).Session.Name;
        await _world.StepAsync(session, 1, [.. tasks.Select(task => Example(task, "the quick", $" fox {task.Task}"))]);
        await _world.Core.Sessions.PublishAsync(_world.Mutation(), session, new PublishSpec(), _world.Cancellation);
        await _world.Core.Sessions.CloseAsync(_world.Mutation(), session, _world.Cancellation);
        var artifacts = new ArtifactStore(new LocalArtifactStorage(_world.MatricesDirectory));
        var sources = new List<AdapterSource>();
        foreach (var task in tasks)
        {
            sources.Add(AdapterSource.Of(await _world.Core.Tasks.ResolveAsync(Acme, task, null, _world.Cancellation), artifacts)!);
        }

        return [.. sources];
    }
}
