using CoLA.Core.Weights;
using CoLA.TestKit;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Weights;

public sealed class SafetensorsRoundTripTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Byte)]
    public void Read_WrittenTensors_AreEqual(ScalarType dtype)
    {
        var written = new Dictionary<string, Tensor>
        {
            ["b"] = arange(24).to(dtype).reshape(2, 3, 4),
            ["a"] = arange(10).to(dtype).reshape(2, 5).t(), // Not contiguous.
            ["scalar"] = tensor(7).to(dtype),
            ["empty"] = zeros(0, 3, dtype: dtype),
            ["name \"with\" 字"] = ones(1, dtype: dtype),
        };

        using var file = SafetensorsFile.Open(Write(written));

        Assert.Equal(written.Keys.Order(), file.Entries.Keys.Order());
        Assert.All(written, pair =>
        {
            var read = file.Read(pair.Key);
            Assert.Equal(dtype, read.dtype);
            Assert.Equal(pair.Value.shape, read.shape);
            Assert.True(read.equal(pair.Value).all().item<bool>());
        });
    }

    [Fact]
    public void Write_SameTensorsInAnotherOrder_GivesTheSameBytes()
    {
        var (first, second) = (arange(6, dtype: float32), arange(3, dtype: int64));
        var one = File.ReadAllBytes(Write(new() { ["x"] = first, ["y"] = second }, new() { ["k"] = "1", ["l"] = "2" }));
        var other = File.ReadAllBytes(Write(new() { ["y"] = second, ["x"] = first }, new() { ["l"] = "2", ["k"] = "1" }));

        Assert.Equal(one, other);
        Assert.Equal(0, BitConverter.ToInt64(one) % 8);
    }

    [Fact]
    public void Metadata_WrittenWithTheTensors_IsReadBack()
    {
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["note"] = "line\nbreak" };

        using var file = SafetensorsFile.Open(Write(new() { ["x"] = ones(1) }, metadata));

        Assert.Equal(metadata, file.Metadata);
    }

    [Fact]
    public void Read_TensorOfSeveralPieces_IsWhole()
    {
        var large = arange((1 << 24) + 5, dtype: float32);

        using var file = SafetensorsFile.Open(Write(new() { ["large"] = large }));

        Assert.True(file.Read("large").equal(large).all().item<bool>());
    }

    [Fact]
    public void Read_AfterTheFileIsClosed_LeavesEarlierTensorsWhole()
    {
        var file = SafetensorsFile.Open(Write(new() { ["x"] = arange(4, dtype: float32) }));
        var read = file.Read("x");
        file.Dispose();

        Assert.Equal([0f, 1f, 2f, 3f], read.data<float>().ToArray());
        Assert.Throws<ObjectDisposedException>(() => file.Read("x"));
    }

    [Fact]
    public void Write_DTypeThatTheFormatLacks_IsAnError()
    {
        var tensors = new Dictionary<string, Tensor> { ["z"] = zeros(1, dtype: complex64) };
        using var stream = new MemoryStream();

        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(stream, tensors));
        Assert.Equal(0, stream.Length);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _directory.Dispose();
    }

    private string Write(Dictionary<string, Tensor> tensors, Dictionary<string, string>? metadata = null)
    {
        var path = _directory.PathOf("model.safetensors");
        using var stream = File.Create(path);
        SafetensorsWriter.Write(stream, tensors, metadata);
        return path;
    }
}
