namespace CoLA.Core.Weights.Gguf;

/// <summary>How values of a storage type lie in a file: in blocks of so many values and bytes.</summary>
/// <param name="BlockValues">Values in a block; rows are whole blocks.</param>
/// <param name="BlockBytes">Bytes in a block.</param>
/// <param name="Dequantise">Turns whole blocks into their exact float32 values; null for types that tensors have themselves.</param>
internal sealed record GgmlFormat(int BlockValues, int BlockBytes, GgmlFormat.Dequantiser? Dequantise)
{
    private static readonly Dictionary<GgmlType, GgmlFormat> Formats = new()
    {
        [GgmlType.F32] = new(1, 4, null),
        [GgmlType.F16] = new(1, 2, null),
        [GgmlType.BF16] = new(1, 2, null),
        [GgmlType.Q4_0] = new(32, 18, Blocks.Q4_0),
        [GgmlType.Q4_1] = new(32, 20, Blocks.Q4_1),
        [GgmlType.Q5_0] = new(32, 22, Blocks.Q5_0),
        [GgmlType.Q5_1] = new(32, 24, Blocks.Q5_1),
        [GgmlType.Q8_0] = new(32, 34, Blocks.Q8_0),
        [GgmlType.Q2_K] = new(256, 84, SuperBlocks.Q2_K),
        [GgmlType.Q3_K] = new(256, 110, SuperBlocks.Q3_K),
        [GgmlType.Q4_K] = new(256, 144, SuperBlocks.Q4_K),
        [GgmlType.Q5_K] = new(256, 176, SuperBlocks.Q5_K),
        [GgmlType.Q6_K] = new(256, 210, SuperBlocks.Q6_K),
    };

    /// <param name="blocks">Whole blocks.</param>
    /// <param name="values">As many values as the blocks hold.</param>
    public delegate void Dequantiser(ReadOnlySpan<byte> blocks, Span<float> values);

    public static GgmlFormat? Of(GgmlType type) => Formats.GetValueOrDefault(type);
}
