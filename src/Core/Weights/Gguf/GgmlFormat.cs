namespace CoLA.Core.Weights.Gguf;

/// <summary>How a storage type stores values in a file: in blocks of a fixed number of values and bytes.</summary>
/// <param name="BlockValues">Values per block; a row is a whole number of blocks.</param>
/// <param name="BlockBytes">Bytes per block.</param>
/// <param name="Dequantise">Converts whole blocks to their exact float32 values; null for types that are tensor dtypes (F32, F16, BF16).</param>
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

    /// <summary>Converts blocks to float32 values.</summary>
    /// <param name="blocks">Whole blocks.</param>
    /// <param name="values">Receives all values of the blocks.</param>
    public delegate void Dequantiser(ReadOnlySpan<byte> blocks, Span<float> values);

    /// <summary>The format of a type; null for a type that is not supported.</summary>
    public static GgmlFormat? Of(GgmlType type) => Formats.GetValueOrDefault(type);
}
