using TorchSharp;

namespace CoLA.Core.Weights.Tensors;

/// <summary>Where a tensor stands in a safetensors file.</summary>
/// <param name="DType">The file's dtype.</param>
/// <param name="Shape">Slowest dimension first; empty for a scalar.</param>
/// <param name="Offset">First byte, from the beginning of the file.</param>
/// <param name="Length">In bytes.</param>
public sealed record TensorEntry(torch.ScalarType DType, IReadOnlyList<long> Shape, long Offset, long Length);
