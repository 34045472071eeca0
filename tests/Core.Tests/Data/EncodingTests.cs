using System.Text;
using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Core.Rejections;
using Xunit;

namespace CoLA.Core.Tests.Data;

public sealed class EncodingTests
{
    private const string Line = """{"prompt": "价格是多少", "completion": "五"}""";
    private static readonly byte[] Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetBytes(Line);

    [Fact]
    public void Read_NotUtf8_NamesTheBytePositionAndTheCure()
    {
        using var file = new WrittenFile("a.jsonl", Gb18030);

        var rejection = Assert.Throws<InvalidArgumentRejection>(() => DataSetReader.Read(file.Path));

        Assert.Equal(file.Path, Assert.Single(rejection.Violations).Field);
        Assert.Contains("byte 0xBC at position 12;", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("--encoding GB18030", rejection.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GB18030")]
    [InlineData("gb18030")]
    public void Read_EncodingNamed_ReadsTheText(string encoding)
    {
        using var file = new WrittenFile("a.jsonl", Gb18030);

        var item = Assert.Single(DataSetReader.Read(file.Path, new DataSetOptions(encoding)).Items);

        Assert.Equal(new CompletionExample("价格是多少", "五"), item.Example);
    }

    [Fact]
    public void Read_Utf16WithItsMark_ReadsTheText()
    {
        using var file = new WrittenFile("a.jsonl", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Line)]);

        Assert.Single(DataSetReader.Read(file.Path, new DataSetOptions("utf-16")).Items);
    }

    [Fact]
    public void Read_WrongEncodingNamed_NamesTheBytePosition()
    {
        using var file = new WrittenFile("a.jsonl", [.. "{\"prompt\": \""u8, 0xFF, 0xFF]);

        var rejection = Assert.Throws<InvalidArgumentRejection>(() => DataSetReader.Read(file.Path, new DataSetOptions("GB18030")));

        Assert.Contains("at position 12", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoSuchEncoding_IsRefusedByName()
    {
        using var file = new WrittenFile("a.jsonl", Line);

        var rejection = Assert.Throws<InvalidArgumentRejection>(() => DataSetReader.Read(file.Path, new DataSetOptions("klingon")));

        Assert.StartsWith("encoding: 'klingon'", rejection.Message, StringComparison.Ordinal);
    }
}
