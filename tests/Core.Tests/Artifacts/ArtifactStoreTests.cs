using System.Security.Cryptography;
using CoLA.Core.Artifacts;
using CoLA.Core.Rejections;
using Xunit;

namespace CoLA.Core.Tests.Artifacts;

public sealed class ArtifactStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cola-artifacts-").FullName;
    private readonly ArtifactStore _store;

    public ArtifactStoreTests() => _store = new ArtifactStore(_directory);

    private static byte[] Content => [.. Enumerable.Range(0, 100_000).Select(index => (byte)(index * 31))];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Write_Content_StandsUnderItsHash()
    {
        var artifact = _store.Write(stream => stream.Write(Content));

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Content)), artifact.Sha256);
        Assert.Equal(Content.Length, artifact.Bytes);
        Assert.Equal([Path.Combine(_directory, artifact.Sha256 + ".safetensors")], Directory.GetFiles(_directory));
        Assert.Equal(Content, File.ReadAllBytes(_store.Open(artifact)));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1 << 20, 65_536)]
    [InlineData(5_000_000, 300_001)]
    [InlineData(5_000_000, 5_000_000)]
    public void Write_ContentInPieces_IsWhatWasWritten(int bytes, int atOnce)
    {
        byte[] content = [.. Enumerable.Range(0, bytes).Select(index => (byte)(index / 7))];

        var artifact = _store.Write(stream =>
        {
            foreach (var piece in content.Chunk(atOnce))
            {
                stream.Write(piece, 0, piece.Length);
            }
        });

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), artifact.Sha256);
        Assert.Equal(bytes, artifact.Bytes);
        Assert.Equal(content, File.ReadAllBytes(_store.Open(artifact)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Write_WriterThatThrows_LeavesNoFile(int times)
    {
        Assert.Throws<InvalidDataException>(() => _store.Write(stream =>
        {
            for (var time = 0; time < times; time++)
            {
                stream.Write(Content);
            }

            throw new InvalidDataException();
        }));

        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public void Write_OverADamagedCopyOfTheSame_HealsIt()
    {
        var artifact = _store.Write(stream => stream.Write(Content));
        File.WriteAllText(_store.Open(artifact), "damage");

        _store.Write(stream => stream.Write(Content));

        Assert.Equal(Content, File.ReadAllBytes(_store.Open(artifact)));
    }

    [Fact]
    public void Open_OneBitFlipped_IsRefusedByTheFilesName()
    {
        var artifact = _store.Write(stream => stream.Write(Content));
        var path = _store.Open(artifact);
        var bytes = Content;
        bytes[50_000] ^= 1;
        File.WriteAllBytes(path, bytes);

        var rejection = Assert.Throws<DamagedFileRejection>(() => _store.Open(artifact));

        Assert.Equal(path, rejection.File);
        Assert.Contains("SHA-256", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TruncatedFile_SaysBothLengths()
    {
        var artifact = _store.Write(stream => stream.Write(Content));
        File.WriteAllBytes(_store.Open(artifact), Content[..99_999]);

        var rejection = Assert.Throws<DamagedFileRejection>(() => _store.Open(artifact));

        Assert.Contains("99999", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("100000", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingFile_IsRefusedByItsName()
    {
        var artifact = new Artifact(new string('0', 64), 1);

        var rejection = Assert.Throws<DamagedFileRejection>(() => _store.Open(artifact));

        Assert.Contains(artifact.Sha256, rejection.File, StringComparison.Ordinal);
        Assert.Contains("missing", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Collect_AtTheStart_KeepsOnlyWhatIsNamed()
    {
        var named = _store.Write(stream => stream.Write(Content));
        _store.Write(stream => stream.Write([1]));
        File.WriteAllText(Path.Combine(_directory, "half.tmp"), "a write that was cut short");

        _store.Collect(new HashSet<string> { named.Sha256 });

        Assert.Equal([_store.Open(named)], Directory.GetFiles(_directory));
    }

    [Fact]
    public void Sweep_FileThatAnotherWriterWaitsToName_Stays()
    {
        var first = _store.Write(stream => stream.Write(Content));
        var second = _store.Write(stream => stream.Write(Content));

        _store.Release([first]);
        _store.Sweep(_ => false);
        Assert.True(_store.Contains(second));

        _store.Release([second]);
        _store.Sweep(_ => false);
        Assert.False(_store.Contains(second));
    }

    [Fact]
    public void Sweep_FileThatWasLetGoAndIsWrittenAgain_Stays()
    {
        var artifact = _store.Write(stream => stream.Write(Content));

        _store.Loosen([artifact.Sha256]);
        _store.Sweep(_ => false);

        Assert.True(_store.Contains(artifact));
    }

    [Fact]
    public void Sweep_FileThatTheRegistryNames_Stays()
    {
        var artifact = _store.Write(stream => stream.Write(Content));

        _store.Release([artifact]);
        _store.Sweep(hash => hash == artifact.Sha256);

        Assert.True(_store.Contains(artifact));
    }
}
