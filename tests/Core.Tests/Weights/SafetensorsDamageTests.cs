using System.Text;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Weights;

public sealed class SafetensorsDamageTests : IDisposable
{
    private const string Good = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[2,1],"data_offsets":[8,12]}}""";

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Open_UndamagedFile_Succeeds()
    {
        using var file = SafetensorsFile.Open(Write(Good, 12));

        Assert.Equal(["a", "b"], file.Entries.Keys.Order());
    }

    [Theory]
    [InlineData("[0,8]", "[0,4]", "a", "as many bytes as shape [2]")]
    [InlineData("[0,8]", "[0]", "a", "two data_offsets")]
    [InlineData("[0,8]", "[8,0]", "a", "ascend within")]
    [InlineData("[0,8]", "[-8,0]", "a", "at least 0")]
    [InlineData("[0,8]", "[0.5,8]", "a", "whole numbers")]
    [InlineData("[8,12]", "[12,16]", "b", "within the file's 12 bytes")]
    [InlineData("[8,12]", "[6,10]", "b", "an overlap")]
    [InlineData("[8,12]", "[1152921504606846976,1152921504606846980]", "b", "within the file's 12 bytes")]
    [InlineData("[2,1]", "[1,1]", "b", "as many bytes")]
    [InlineData("[2,1]", "[4294967296,4294967296,2]", "b", "as many bytes")]
    [InlineData("[2,1]", "[-2,-1]", "b", "at least 0")]
    [InlineData("[2,1]", "\"2\"", "b", "array shape")]
    [InlineData("\"F16\"", "\"F8_E5M2\"", "b", "F8_E5M2")]
    [InlineData("\"F16\"", "16", "b", "string dtype")]
    [InlineData("\"b\":{", "\"a\":{", null, "well-formed JSON")]
    [InlineData("}}", "}", null, "well-formed JSON")]
    [InlineData("\"b\":{", "\"b\":1,\"c\":{", "b", "a JSON object")]
    [InlineData("\"b\":{\"dtype\":\"F16\",", "\"__metadata__\":{", "__metadata__.shape", "expected a string")]
    [InlineData("\"b\":{", "\"\\ud800\":{", null, "well-formed JSON")]
    public void Open_DamagedHeader_NamesTheTensorAndTheProblem(string good, string bad, string? tensor, string problem)
    {
        var path = Write(Good.Replace(good, bad, StringComparison.Ordinal), 12);

        var rejection = Assert.Throws<ModelFileRejection>(() => SafetensorsFile.Open(path));

        Assert.Equal(path, rejection.File);
        Assert.Equal(tensor, rejection.Tensor);
        Assert.Contains(problem, rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GapBetweenTensors_IsNamed()
    {
        var path = Write(Good.Replace("[8,12]", "[10,14]", StringComparison.Ordinal), 14);

        var rejection = Assert.Throws<ModelFileRejection>(() => SafetensorsFile.Open(path));

        Assert.Equal("b", rejection.Tensor);
        Assert.Contains("a hole", rejection.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(11, "within the file's 11 bytes")]
    [InlineData(13, "expected 12 bytes of data")]
    public void Open_TooLittleOrTooMuchData_IsRefused(int dataBytes, string problem)
    {
        var rejection = Assert.Throws<ModelFileRejection>(() => SafetensorsFile.Open(Write(Good, dataBytes)));

        Assert.Contains(problem, rejection.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0], "at least 8 bytes")]
    [InlineData(new byte[] { 1, 2, 3 }, "at least 8 bytes")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 1 }, "a header of at most 1 bytes")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, (byte)'[', (byte)']' }, "a JSON object as header")]
    public void Open_NotASafetensorsFile_IsRefused(byte[] bytes, string problem)
    {
        var rejection = Assert.Throws<ModelFileRejection>(() => SafetensorsFile.Open(_directory.Write("x", bytes)));

        Assert.Contains(problem, rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoFileOrADirectory_IsRefused()
    {
        Assert.Throws<ModelFileRejection>(() => SafetensorsFile.Open(_directory.PathOf("absent.safetensors")));
        Assert.Throws<ModelFileRejection>(() => SafetensorsFile.Open(_directory.Path));
    }

    [Fact]
    public void Read_AnotherName_IsRefused()
    {
        using var file = SafetensorsFile.Open(Write(Good, 12));

        Assert.Equal("c", Assert.Throws<ModelFileRejection>(() => file.Read("c")).Tensor);
    }

    [Fact]
    public void Open_RandomBytesInTheHeader_OpensOrIsRefused()
    {
        var good = Bytes(Good, 12);

        Assert.All(Damage.Of(good, good.Length - 12), damaged => OpenAndReadAll(damaged));
    }

    [Fact]
    public void Open_TruncatedAnywhere_IsRefused()
    {
        var good = Bytes(Good, 12);

        Assert.All(Enumerable.Range(0, good.Length), length =>
            Assert.Throws<ModelFileRejection>(() => SafetensorsFile.Open(_directory.Write("cut", good.AsSpan(0, length)))));
    }

    public void Dispose() => _directory.Dispose();

    private void OpenAndReadAll(ReadOnlySpan<byte> bytes)
    {
        using var scope = NewDisposeScope();
        try
        {
            using var file = SafetensorsFile.Open(_directory.Write("fuzz", bytes));
            foreach (var name in file.Entries.Keys)
            {
                file.Read(name);
            }
        }
        catch (ModelFileRejection)
        {
            // The only way that a damaged file may fail.
        }
    }

    private string Write(string header, int dataBytes) => _directory.Write("model.safetensors", Bytes(header, dataBytes));

    private static byte[] Bytes(string header, int dataBytes)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[dataBytes]];
    }
}
