using CoLA.Core.Artifacts;
using Xunit;

namespace CoLA.Core.Tests.Artifacts;

public sealed class LocalArtifactStorageTests : ArtifactStorageConformanceTests, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cola-artifacts-").FullName;
    private readonly LocalArtifactStorage _storage;

    public LocalArtifactStorageTests() => _storage = new LocalArtifactStorage(_directory);

    private protected override IArtifactStorage Storage => _storage;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Name_Content_IsAFileUnderItsSha256()
    {
        var artifact = await StoreAsync(stream => stream.Write([1, 2, 3]));

        Assert.Equal([Path.Combine(_directory, artifact.Sha256 + ".safetensors")], Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task Write_WriterThatThrows_LeavesNoFile()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => StoreAsync(_ => throw new InvalidDataException()));

        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task Write_OfStorageThatDoesNotLast_IsTheSameFile()
    {
        var passing = new LocalArtifactStorage(_directory, lasts: false);

        await using var draft = await passing.WriteAsync(stream => stream.Write([1, 2, 3]));
        await draft.NameAsync();
        await passing.FlushAsync();

        Assert.Equal([1, 2, 3], await ReadAsync(draft.Artifact));
    }

    [Fact]
    public async Task DiscardDrafts_AfterACrash_RemovesWhatWasCutShort()
    {
        var artifact = await StoreAsync(stream => stream.Write([1, 2, 3]));
        File.WriteAllText(Path.Combine(_directory, "half.tmp"), "a write that was cut short");

        await _storage.DiscardDraftsAsync();

        Assert.Equal([Path.Combine(_directory, artifact.Sha256 + ".safetensors")], Directory.GetFiles(_directory));
    }
}
