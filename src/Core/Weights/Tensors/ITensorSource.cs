using CoLA.Core.Matrices;
using TorchSharp;

namespace CoLA.Core.Weights.Tensors;

/// <summary>The tensors of a checkpoint by their HuggingFace names, from files of any supported format.</summary>
internal interface ITensorSource : IDisposable
{
    /// <summary>All tensors by name.</summary>
    IReadOnlyDictionary<string, CheckpointTensor> Tensors { get; }

    /// <summary>Reads a tensor to the CPU; the name is one of <see cref="Tensors"/>.</summary>
    torch.Tensor Read(string name);

    /// <summary>Reads a tensor as the four-bit codes of the file (Q4_0, Q4_1); null where it has another type.</summary>
    GroupCodes? ReadCodes(string name);
}
