using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>Reads the tensors of a checkpoint onto a device, and its matrices in the layout that the device multiplies.</summary>
/// <param name="checkpoint">The checkpoint.</param>
/// <param name="device">The model's device.</param>
/// <param name="dtype">The dtype that the model computes in.</param>
/// <param name="team">The threads of the CPU kernels; null where libtorch multiplies, which allows no quantisation.</param>
/// <param name="quantization">How matrices are stored.</param>
internal sealed class WeightReader(Checkpoint checkpoint, Device device, ScalarType dtype, KernelTeam? team, Quantization quantization)
{
    /// <summary>Reads one tensor.</summary>
    /// <exception cref="Rejections.ModelFileRejection">The tensor is missing or has another shape.</exception>
    public Tensor Read(string name, params long[] shape) => checkpoint.Read(name, shape).to(dtype).to(device);

    /// <summary>Reads weights of the same input as one matrix (in, sum of their outputs).</summary>
    /// <exception cref="Rejections.ModelFileRejection">A tensor is missing or has another shape.</exception>
    public FrozenMatrix Matrix(params MatrixPart[] parts) => Matrix(quantization, parts);

    /// <summary>Reads the LM head (output layer). It is never stored in four bits, because its rounding error goes straight into the logits.</summary>
    /// <exception cref="Rejections.ModelFileRejection">The tensor is missing or has another shape.</exception>
    public FrozenMatrix LmHead(MatrixPart part) => Matrix(quantization == Quantization.Int4 ? Quantization.Int8 : quantization, part);

    private FrozenMatrix Matrix(Quantization form, params MatrixPart[] parts)
    {
        using var scope = NewDisposeScope();
        if (form == Quantization.Gguf)
        {
            GroupCodes?[] codes = [.. parts.Select(part => checkpoint.ReadCodes(part.Name, part.Out, part.In))];
            if (Array.TrueForAll(codes, of => of is not null))
            {
                return Int4Panels.Of(codes!, team!);
            }

            // A matrix may join parts of several types: for each of them, eight bits lose the least.
            form = parts.Any(part => checkpoint.IsQuantised(part.Name)) ? Quantization.Int8 : Quantization.None;
        }

        Tensor[] weights = [.. parts.Select(part => Read(part.Name, part.Out, part.In))];
        return form switch
        {
            Quantization.Int4 when parts[0].In % GroupCodes.Group == 0 => Int4Panels.Of([.. weights.Select(GroupCodes.Of)], team!),
            Quantization.Int4 or Quantization.Int8 => Int8Panels.Of(weights, team!),
            _ when team is not null => FloatPanels.Of(weights, team),
            _ => new DenseMatrix(cat([.. weights.Select(weight => weight.t())], 1).contiguous().DetachFromDisposeScope()),
        };
    }
}
