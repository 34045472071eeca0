using CoLA.Core.Rejections;
using CoLA.Core.Weights.Gguf;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Weights.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Open_GoodFile_GivesMetadataAndTensors()
    {
        using var scope = NewDisposeScope();
        var bytes = new GgufBuilder()
            .With("general.architecture", "llama").With("a.number", 7u).With("a.flag", true)
            .With("a.list", new[] { "x", "字" }).With("a.vector", new[] { 0.5f, 2f })
            .WithTensor("matrix", [2, 3], 1, 2, 3, 4, 5, 6)
            .WithTensor("vector", [2], -1, -2)
            .Build();

        using var file = GgufFile.Open(_directory.Write("good.gguf", bytes));

        Assert.Equal("llama", file.Metadata["general.architecture"]);
        Assert.Equal(7u, file.Metadata["a.number"]);
        Assert.Equal(true, file.Metadata["a.flag"]);
        Assert.Equal(["x", "字"], (string[])file.Metadata["a.list"]);
        Assert.Equal([0.5f, 2f], (float[])file.Metadata["a.vector"]);
        var matrix = file.Read("matrix");
        Assert.Equal([2L, 3L], matrix.shape);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], matrix.data<float>().ToArray());
        Assert.Equal([-1f, -2f], file.Read("vector").data<float>().ToArray());
    }

    [Fact]
    public void Read_QuantisedTensorOfManyParts_HasAllBlocksInOrder()
    {
        using var scope = NewDisposeScope();
        const int Blocks = 5000;
        byte[] Block(int index) => [.. BitConverter.GetBytes((Half)1), .. Enumerable.Range(0, 32).Select(value => (byte)(sbyte)((index + value) % 100))];
        var bytes = new GgufBuilder()
            .WithTensor("q", [Blocks / 2, 64], (uint)GgmlType.Q8_0, [.. Enumerable.Range(0, Blocks).SelectMany(Block)])
            .Build();

        using var file = GgufFile.Open(_directory.Write("quantised.gguf", bytes));

        Assert.Equal(
            Enumerable.Range(0, Blocks).SelectMany(index => Enumerable.Range(0, 32).Select(value => (float)((index + value) % 100))),
            file.Read("q").data<float>().ToArray());
    }

    [Fact]
    public void Open_TruncatedAnywhere_IsRefused()
    {
        var bytes = Good().Build();

        Assert.All(Enumerable.Range(0, bytes.Length), length => Refusal(bytes[..length]));
    }

    [Fact]
    public void Open_DamagedCounts_AreRefusedBeforeAnythingIsAllocated()
    {
        Assert.Contains("tensors", Refusal(Good(tensors: ulong.MaxValue).Build()).Expected, StringComparison.Ordinal);
        Assert.Contains("metadata entries", Refusal(Good(metadata: 1ul << 40).Build()).Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherVersionsOrFiles_AreRefused()
    {
        Assert.Contains("version 1", Refusal(Good(version: 1).Build()).Found, StringComparison.Ordinal);
        Assert.Contains("version 50331648", Refusal(Good(version: 0x03000000).Build()).Found, StringComparison.Ordinal);
        Assert.Contains("not a GGUF file", Refusal(new byte[64]).Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "multiple of 32")]
    [InlineData(-32, "another tensor ends")]
    [InlineData(32, "truncated")]
    [InlineData(1L << 40, "within the file")]
    [InlineData(-64, "within the file")]
    public void Open_WrongOffset_NamesTheTensor(long error, string problem)
    {
        var rejection = Refusal(Good(offsetError: error).Build());

        Assert.Equal("second", rejection.Tensor);
        Assert.Contains(problem, rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WrongTensors_AreNamed()
    {
        Assert.Equal("t", Refusal(new GgufBuilder().WithTensor("t", [1], 16, new byte[32]).Build()).Tensor);
        Assert.Contains("whole blocks", Refusal(new GgufBuilder().WithTensor("t", [2, 31], 2, new byte[36]).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("1 to 4 dimensions", Refusal(new GgufBuilder().WithTensor("t", [1, 1, 1, 1, 1], 1f).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("fits the file", Refusal(new GgufBuilder().WithTensor("t", [1L << 40, 1L << 40], 1f).Build()).Message, StringComparison.Ordinal);
        Assert.Contains("that name", Refusal(new GgufBuilder().WithTensor("t", [1], 1f).WithTensor("t", [1], 1f).Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WrongMetadata_IsNamed()
    {
        Assert.Equal("k", Refusal(new GgufBuilder().With("k", 1u).With("k", 2u).Build()).Tensor);
        Assert.Equal("general.alignment", Refusal(new GgufBuilder().With("general.alignment", 24u).Build()).Tensor);
        Assert.Equal("general.alignment", Refusal(new GgufBuilder().With("general.alignment", "32").Build()).Tensor);
    }

    [Fact]
    public void Open_RandomBytesInTheHeader_OpensOrIsRefused()
    {
        var good = Good().Build();

        Assert.All(Damage.Of(good, good.Length - 64), OpenAndReadAll);
    }

    public void Dispose() => _directory.Dispose();

    private static GgufBuilder Good(uint version = 3, ulong? tensors = null, ulong? metadata = null, long offsetError = 0) =>
        new GgufBuilder { Version = version, TensorCount = tensors, MetadataCount = metadata, OffsetError = offsetError }
            .With("general.architecture", "llama").With("flag", true).With("list", new[] { "a", "b" }).With("numbers", new[] { 1u, 2u })
            .WithTensor("first", [2, 4], 1, 2, 3, 4, 5, 6, 7, 8)
            .WithTensor("second", [8], 1, 2, 3, 4, 5, 6, 7, 8);

    private ModelFileRejection Refusal(byte[] bytes) =>
        Assert.Throws<ModelFileRejection>(() => GgufFile.Open(_directory.Write("bad.gguf", bytes)));

    private void OpenAndReadAll(byte[] bytes)
    {
        using var scope = NewDisposeScope();
        try
        {
            using var file = GgufFile.Open(_directory.Write("fuzz.gguf", bytes));
            foreach (var name in file.Tensors.Keys)
            {
                file.Read(name);
            }
        }
        catch (ModelFileRejection)
        {
            // The only way that a damaged file may fail.
        }
    }
}
