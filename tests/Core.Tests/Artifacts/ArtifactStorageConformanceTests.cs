using System.Security.Cryptography;
using CoLA.Core.Artifacts;
using CoLA.Core.Rejections;
using Xunit;

namespace CoLA.Core.Tests.Artifacts;

/// <summary>What every artifact storage does, wherever it stores.</summary>
public abstract class ArtifactStorageConformanceTests
{
    private protected abstract IArtifactStorage Storage { get; }

    private static byte[] Content => [.. Enumerable.Range(0, 100_000).Select(index => (byte)(index * 31))];

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 1)]
    [InlineData(1 << 20, 65_536)]
    [InlineData(5_000_000, 300_001)]
    [InlineData(5_000_000, 5_000_000)]
    public async Task Write_ContentInPieces_IsNamedByItsSha256(int bytes, int atOnce)
    {
        byte[] content = [.. Enumerable.Range(0, bytes).Select(index => (byte)(index / 7))];

        var artifact = await StoreAsync(stream =>
        {
            foreach (var piece in content.Chunk(atOnce))
            {
                stream.Write(piece, 0, piece.Length);
            }
        });

        Assert.Equal(new Artifact(Convert.ToHexStringLower(SHA256.HashData(content)), bytes), artifact);
        Assert.Equal(content, await ReadAsync(artifact));
    }

    [Fact]
    public async Task Write_BeforeItIsNamed_IsNotStored()
    {
        await using var draft = await Storage.WriteAsync(stream => stream.Write(Content));

        Assert.Empty(await ListAsync());
        await Assert.ThrowsAsync<DamagedFileRejection>(() => ReadAsync(draft.Artifact));

        await draft.NameAsync();
        Assert.Equal(Content, await ReadAsync(draft.Artifact));
    }

    [Fact]
    public async Task Write_ThatIsDiscarded_LeavesNothing()
    {
        await using (await Storage.WriteAsync(stream => stream.Write(Content)))
        {
        }

        Assert.Empty(await ListAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Write_WriterThatThrows_LeavesNothing(int times)
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => StoreAsync(stream =>
        {
            for (var time = 0; time < times; time++)
            {
                stream.Write(Content);
            }

            throw new InvalidDataException();
        }));

        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Name_TwiceTheSameContent_IsOneArtifact()
    {
        var first = await StoreAsync(stream => stream.Write(Content));
        var second = await StoreAsync(stream => stream.Write(Content));

        Assert.Equal(first, second);
        Assert.Equal([first.Sha256], await ListAsync());
        Assert.Equal(Content, await ReadAsync(first));
    }

    [Fact]
    public async Task List_OfSeveral_GivesEachOnce()
    {
        var stored = new List<string>();
        for (byte at = 0; at < 5; at++)
        {
            stored.Add((await StoreAsync(stream => stream.WriteByte(at))).Sha256);
        }

        Assert.Equal(stored.Order(), (await ListAsync()).Order());
    }

    [Fact]
    public async Task Map_WhereThereIsNone_IsRefusedByItsName()
    {
        var artifact = new Artifact(new string('0', 64), 1);

        var rejection = await Assert.ThrowsAsync<DamagedFileRejection>(() => ReadAsync(artifact));

        Assert.Contains(artifact.Sha256, rejection.File, StringComparison.Ordinal);
        Assert.Contains("missing", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Map_SpanAndStream_GiveTheSameBytes()
    {
        var artifact = await StoreAsync(stream => stream.Write(Content));
        using var file = await Storage.MapAsync(artifact);
        await using var stream = file.OpenStream();
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);

        Assert.Equal(Content[40..90], file.Span(40, 50).ToArray());
        Assert.Equal(Content, copy.ToArray());
        Assert.Equal(Content.Length, file.Length);
    }

    [Fact]
    public async Task Delete_WhileItIsMapped_LeavesWhatIsMapped()
    {
        var artifact = await StoreAsync(stream => stream.Write(Content));
        using var file = await Storage.MapAsync(artifact);

        await Storage.DeleteAsync(artifact.Sha256);

        Assert.Empty(await ListAsync());
        Assert.Equal(Content, file.Span(0, Content.Length).ToArray());
        await Assert.ThrowsAsync<DamagedFileRejection>(() => ReadAsync(artifact));
    }

    [Fact]
    public async Task Delete_WhereThereIsNone_DoesNothing()
    {
        var artifact = await StoreAsync(stream => stream.Write(Content));

        await Storage.DeleteAsync(new string('0', 64));

        Assert.Equal([artifact.Sha256], await ListAsync());
    }

    [Fact]
    public async Task DiscardDrafts_LeavesWhatIsNamed()
    {
        var artifact = await StoreAsync(stream => stream.Write(Content));

        await Storage.DiscardDraftsAsync();

        Assert.Equal(Content, await ReadAsync(artifact));
    }

    private protected async Task<Artifact> StoreAsync(Action<Stream> write)
    {
        await using var draft = await Storage.WriteAsync(write);
        await draft.NameAsync();
        await Storage.FlushAsync();
        return draft.Artifact;
    }

    private protected async Task<byte[]> ReadAsync(Artifact artifact)
    {
        using var file = await Storage.MapAsync(artifact);
        return file.Span(0, (int)file.Length).ToArray();
    }

    private protected async Task<IReadOnlyList<string>> ListAsync() => await Storage.ListAsync().ToListAsync(TestContext.Current.CancellationToken);
}
