namespace CoLA.Core.Weights.Gguf;

/// <summary>The position, type and shape of a tensor in a GGUF file.</summary>
/// <param name="Type">The storage type.</param>
/// <param name="Shape">The slowest dimension first, which is the reverse of the file's order.</param>
/// <param name="Offset">The first byte, counted from the beginning of the file.</param>
/// <param name="Length">The number of bytes.</param>
internal sealed record GgufTensor(GgmlType Type, IReadOnlyList<long> Shape, long Offset, long Length);
