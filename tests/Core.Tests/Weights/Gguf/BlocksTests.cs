using System.Text.Json.Nodes;
using CoLA.Core.Weights.Gguf;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Weights.Gguf;

public sealed class BlocksTests
{
    private const string File = "golden_blocks.json";

    public static TheoryData<string> Types { get; } =
        [.. SharedMaterial.Files("goldens/gguf", File).SelectMany(_ => Cases()).Select(golden => (string)golden!["type"]!)];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Types))]
    public void Dequantise_GoldenBlocks_GivesTheExactValues(string type)
    {
        var golden = Cases().Single(golden => (string)golden!["type"]! == type)!;
        var bytes = Convert.FromHexString((string)golden["hex"]!);
        var expected = golden["values"]!.AsArray().Select(value => (float)value!).ToArray();
        var format = GgmlFormat.Of((GgmlType)(int)golden["ggml_type"]!)!;

        var values = new float[expected.Length];
        format.Dequantise!(bytes, values);

        Assert.Equal((int)golden["block_bytes"]!, format.BlockBytes);
        Assert.Equal((int)golden["block_values"]!, format.BlockValues);
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), values.Select(value => BitConverter.SingleToInt32Bits(value)));
    }

    private static JsonArray Cases() =>
        JsonNode.Parse(System.IO.File.ReadAllText(SharedMaterial.PathOf("goldens", "gguf", File)))!["cases"]!.AsArray();
}
