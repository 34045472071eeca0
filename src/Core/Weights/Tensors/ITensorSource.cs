using CoLA.Core.Matrices;
using TorchSharp;

namespace CoLA.Core.Weights.Tensors;

/// <summary>The tensors of a checkpoint under their HuggingFace names, whatever files they lie in.</summary>
internal interface ITensorSource : IDisposable
{
    IReadOnlyDictionary<string, CheckpointTensor> Tensors { get; }

    /// <summary>A new tensor on the CPU; the name is one of <see cref="Tensors"/>.</summary>
    torch.Tensor Read(string name);

    /// <summary>The tensor as the four-bit codes that the file holds; null where it holds something else.</summary>
    GroupCodes? ReadCodes(string name);
}
