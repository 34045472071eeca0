using static TorchSharp.torch;

namespace CoLA.Core.Matrices;

/// <summary>A weight as four-bit codes in groups of 32 inputs: value = scale x code + minimum.</summary>
/// <param name="Codes">(out, in), uint8, 0 to 15.</param>
/// <param name="Scales">(out, in / 32), float32.</param>
/// <param name="Minima">(out, in / 32), float32.</param>
internal sealed record GroupCodes(Tensor Codes, Tensor Scales, Tensor Minima)
{
    /// <summary>Inputs per group.</summary>
    public const int Group = 32;
    private const int LargestCode = 15;

    /// <summary>
    /// Quantises <paramref name="weight"/> (out, in), float32, with <c>in</c> a multiple of 32. In each group the smallest
    /// value gets code 0 and the largest code 15.
    /// </summary>
    public static GroupCodes Of(Tensor weight)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var groups = weight.view(weight.shape[0], -1, Group);
        var minima = groups.amin([2]);
        var scales = (groups.amax([2]) - minima) / LargestCode;
        var steps = scales.where(scales > 0, ones_like(scales)).unsqueeze(2);
        var codes = ((groups - minima.unsqueeze(2)) / steps).round().clamp(0, LargestCode).to(uint8).view(weight.shape);
        return new GroupCodes(codes.MoveToOuterDisposeScope(), scales.MoveToOuterDisposeScope(), minima.MoveToOuterDisposeScope());
    }
}
