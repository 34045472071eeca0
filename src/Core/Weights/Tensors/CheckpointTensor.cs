namespace CoLA.Core.Weights.Tensors;

/// <summary>A tensor of a checkpoint as its file describes it.</summary>
/// <param name="DType">The file's own word: F32, BF16, Q4_1 ...</param>
/// <param name="Shape">Slowest dimension first.</param>
/// <param name="File">The file that holds it.</param>
public sealed record CheckpointTensor(string DType, IReadOnlyList<long> Shape, string File);
