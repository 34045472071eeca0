using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>Reads the tensors of a checkpoint onto a device, and its matrices in the form that multiplies there.</summary>
/// <param name="checkpoint">What is read.</param>
/// <param name="device">Where to.</param>
/// <param name="dtype">What is computed in.</param>
/// <param name="team">The threads of the CPU's own kernels; null where libtorch multiplies, which wants no quantisation.</param>
/// <param name="quantization">How matrices are stored.</param>
internal sealed class WeightReader(Checkpoint checkpoint, Device device, ScalarType dtype, KernelTeam? team, Quantization quantization)
{
    /// <exception cref="Rejections.ModelFileRejection">The tensor is missing or has another shape.</exception>
    public Tensor Read(string name, params long[] shape) => checkpoint.Read(name, shape).to(dtype).to(device);

    /// <summary>Weights of the same input as one matrix (in, all their outputs).</summary>
    /// <exception cref="Rejections.ModelFileRejection">A tensor is missing or has another shape.</exception>
    public FrozenMatrix Matrix(params MatrixPart[] parts) => Matrix(quantization, parts);

    /// <summary>The head, whose rounding a token's logits show at once.</summary>
    /// <exception cref="Rejections.ModelFileRejection">The tensor is missing or has another shape.</exception>
    public FrozenMatrix Head(MatrixPart part) => Matrix(quantization == Quantization.Int4 ? Quantization.Int8 : quantization, part);

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

            // Parts of several types stand side by side in one matrix: bytes lose least of any of them.
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
