namespace CoLA.Core.Weights.Tensors;

/// <summary>A tensor of a checkpoint, as its file describes it.</summary>
/// <param name="DType">The type, as the file names it: F32, BF16, Q4_1 and so on.</param>
/// <param name="Shape">The dimensions, slowest first.</param>
/// <param name="File">The file that holds it.</param>
public sealed record CheckpointTensor(string DType, IReadOnlyList<long> Shape, string File);
