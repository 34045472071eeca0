namespace CoLA.Core.Weights.Gguf;

/// <summary>Where a tensor stands in a GGUF file.</summary>
/// <param name="Type">How its values are stored.</param>
/// <param name="Shape">Slowest dimension first: the file's order turned round.</param>
/// <param name="Offset">First byte, from the beginning of the file.</param>
/// <param name="Length">In bytes.</param>
internal sealed record GgufTensor(GgmlType Type, IReadOnlyList<long> Shape, long Offset, long Length);
