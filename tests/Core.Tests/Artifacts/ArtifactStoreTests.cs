using System.Collections.Concurrent;
using CoLA.Core.Artifacts;
using CoLA.Core.Rejections;
using Xunit;

namespace CoLA.Core.Tests.Artifacts;

public sealed class ArtifactStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cola-artifacts-").FullName;
    private readonly ArtifactStore _store;

    public ArtifactStoreTests() => _store = new ArtifactStore(new LocalArtifactStorage(_directory));

    private static byte[] Content => [.. Enumerable.Range(0, 100_000).Select(index => (byte)(index * 31))];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Write_Content_IsReadBack()
    {
        var artifact = await _store.WriteAsync(stream => stream.Write(Content));

        Assert.Equal(Content, await ReadAsync(artifact));
        Assert.True(_store.IsAwaited(artifact));
    }

    [Fact]
    public async Task WriteAll_OneWriterThatThrows_LeavesNone()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => _store.WriteAllAsync(
        [
            stream => stream.Write([1]),
            _ => throw new InvalidDataException(),
            stream => stream.Write([2]),
        ]));

        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task WriteAll_Several_AreInTheOrderOfTheirWriters()
    {
        var artifacts = await _store.WriteAllAsync([.. Enumerable.Range(0, 9).Select(at => (Action<Stream>)(stream => stream.WriteByte((byte)at)))]);

        for (var at = 0; at < 9; at++)
        {
            Assert.Equal([(byte)at], await ReadAsync(artifacts[at]));
        }
    }

    [Fact]
    public async Task Write_OverADamagedCopyOfTheSame_HealsIt()
    {
        var artifact = await _store.WriteAsync(stream => stream.Write(Content));
        File.WriteAllText(PathOf(artifact), "damage");

        await _store.WriteAsync(stream => stream.Write(Content));

        Assert.Equal(Content, await ReadAsync(artifact));
    }

    [Fact]
    public async Task Map_OneBitFlipped_IsRefusedByTheFilesName()
    {
        var artifact = await _store.WriteAsync(stream => stream.Write(Content));
        var bytes = Content;
        bytes[50_000] ^= 1;
        File.WriteAllBytes(PathOf(artifact), bytes);

        var rejection = await Assert.ThrowsAsync<DamagedFileRejection>(() => ReadAsync(artifact));

        Assert.Equal(PathOf(artifact), rejection.File);
        Assert.Contains("SHA-256", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Map_TruncatedFile_SaysBothLengths()
    {
        var artifact = await _store.WriteAsync(stream => stream.Write(Content));
        File.WriteAllBytes(PathOf(artifact), Content[..99_999]);

        var rejection = await Assert.ThrowsAsync<DamagedFileRejection>(() => ReadAsync(artifact));

        Assert.Contains("99999", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("100000", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Map_MissingFile_IsRefusedByItsName()
    {
        var artifact = new Artifact(new string('0', 64), 1);

        var rejection = await Assert.ThrowsAsync<DamagedFileRejection>(() => ReadAsync(artifact));

        Assert.Equal(PathOf(artifact), rejection.File);
        Assert.Contains("missing", rejection.Message, StringComparison.Ordinal);
        Assert.False(_store.HasRemoved(artifact));
    }

    [Fact]
    public async Task Collect_AtTheStart_KeepsOnlyWhatIsNamed()
    {
        var named = await _store.WriteAsync(stream => stream.Write(Content));
        await _store.WriteAsync(stream => stream.Write([1]));
        File.WriteAllText(Path.Combine(_directory, "half.tmp"), "a write that was cut short");

        await _store.CollectAsync(new HashSet<string> { named.Sha256 });

        Assert.Equal([PathOf(named)], Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task Sweep_ArtifactThatAnotherWriterWaitsToName_Stays()
    {
        var first = await _store.WriteAsync(stream => stream.Write(Content));
        var second = await _store.WriteAsync(stream => stream.Write(Content));

        _store.Release([first]);
        await SweepAsync();
        Assert.True(File.Exists(PathOf(second)));

        _store.Release([second]);
        await SweepAsync();
        Assert.False(File.Exists(PathOf(second)));
        Assert.True(_store.HasRemoved(second));
    }

    [Fact]
    public async Task Sweep_ArtifactThatWasLetGoAndIsWrittenAgain_Stays()
    {
        var artifact = await _store.WriteAsync(stream => stream.Write(Content));

        _store.Loosen([artifact.Sha256]);
        await SweepAsync();

        Assert.True(File.Exists(PathOf(artifact)));
    }

    [Fact]
    public async Task Sweep_ArtifactThatTheRegistryNames_Stays()
    {
        var artifact = await _store.WriteAsync(stream => stream.Write(Content));

        _store.Release([artifact]);
        await SweepAsync(artifact.Sha256);

        Assert.True(File.Exists(PathOf(artifact)));
    }

    [Fact]
    public async Task Sweep_ArtifactThatIsWrittenWhileItIsAskedFor_Stays()
    {
        var artifact = await _store.WriteAsync(stream => stream.Write(Content));
        _store.Release([artifact]);

        await _store.SweepAsync(async _ =>
        {
            await _store.WriteAsync(stream => stream.Write(Content));
            return false;
        });

        Assert.Equal(Content, await ReadAsync(artifact));
    }

    [Fact]
    public async Task Sweep_ArtifactThatIsWrittenAndNamedWhileItIsAskedFor_Stays()
    {
        var artifact = await _store.WriteAsync(stream => stream.Write(Content));
        _store.Release([artifact]);

        await _store.SweepAsync(async _ =>
        {
            _store.Release([await _store.WriteAsync(stream => stream.Write(Content))]);
            return false;
        });

        Assert.Equal(Content, await ReadAsync(artifact));
    }

    [Fact]
    public async Task Write_WhileTheSameIsBeingRemoved_IsThereAfterwards()
    {
        var slow = new SlowStorage(new LocalArtifactStorage(_directory));
        var store = new ArtifactStore(slow);
        var artifact = await store.WriteAsync(stream => stream.Write(Content));
        store.Release([artifact]);
        var sweep = store.SweepAsync(_ => ValueTask.FromResult(false));
        await slow.Deleting.Task;

        var write = store.WriteAsync(stream => stream.Write(Content));
        Assert.False(write.IsCompleted);
        slow.Go.SetResult();
        await Task.WhenAll(sweep, write);

        Assert.Equal(Content, await ReadAsync(artifact));
        Assert.False(store.HasRemoved(artifact));
    }

    [Fact]
    public async Task Sweep_BesideManyWriters_RemovesNothingThatIsNamed()
    {
        var named = new ConcurrentDictionary<string, bool>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                for (var time = 0; time < 50; time++)
                {
                    var artifact = await _store.WriteAsync(stream => stream.WriteByte((byte)(time % 5)));
                    named[artifact.Sha256] = true;
                    _store.Release([artifact]);
                    await _store.SweepAsync(hash => ValueTask.FromResult(named.ContainsKey(hash)));
                    Assert.True(File.Exists(PathOf(artifact)));
                }
            },
            TestContext.Current.CancellationToken)));

        Assert.Equal(5, Directory.GetFiles(_directory).Length);
    }

    [Fact]
    public async Task Remove_ArtifactOfNobodyElse_IsGoneAtOnce()
    {
        var artifact = await _store.WriteAsync(stream => stream.Write(Content));
        var other = await _store.WriteAsync(stream => stream.Write([1]));

        await _store.RemoveAsync(artifact);

        Assert.Equal([PathOf(other)], Directory.GetFiles(_directory));
    }

    private Task SweepAsync(params string[] named) => _store.SweepAsync(hash => ValueTask.FromResult(named.Contains(hash)));

    private string PathOf(Artifact artifact) => Path.Combine(_directory, artifact.Sha256 + ".safetensors");

    private async Task<byte[]> ReadAsync(Artifact artifact)
    {
        using var file = await _store.MapAsync(artifact);
        return file.Span(0, (int)file.Length).ToArray();
    }

    /// <summary>A storage whose deletions wait until a test lets them go.</summary>
    private sealed class SlowStorage(IArtifactStorage inner) : IArtifactStorage
    {
        public TaskCompletionSource Deleting { get; } = new();

        public TaskCompletionSource Go { get; } = new();

        public ValueTask<IArtifactDraft> WriteAsync(Action<Stream> write) => inner.WriteAsync(write);

        public ValueTask FlushAsync() => inner.FlushAsync();

        public ValueTask<MappedFile> MapAsync(Artifact artifact) => inner.MapAsync(artifact);

        public IAsyncEnumerable<string> ListAsync() => inner.ListAsync();

        public async ValueTask DeleteAsync(string sha256)
        {
            Deleting.SetResult();
            await Go.Task;
            await inner.DeleteAsync(sha256);
        }

        public ValueTask DiscardDraftsAsync() => inner.DiscardDraftsAsync();
    }
}
