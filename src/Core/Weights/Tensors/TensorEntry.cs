using TorchSharp;

namespace CoLA.Core.Weights.Tensors;

/// <summary>The position, dtype and shape of a tensor in a safetensors file.</summary>
/// <param name="DType">The dtype.</param>
/// <param name="Shape">The dimensions, slowest first; empty for a scalar.</param>
/// <param name="Offset">The first byte, counted from the beginning of the file.</param>
/// <param name="Length">The number of bytes.</param>
public sealed record TensorEntry(torch.ScalarType DType, IReadOnlyList<long> Shape, long Offset, long Length);
