using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>Root-mean-square normalisation over the last dimension (arXiv 1910.07467), computed in float32.</summary>
internal static class RmsNorm
{
    public static Tensor Apply(Tensor features, Tensor weight, double epsilon)
    {
        if (features.dtype == float32)
        {
            return features * features.square().mean([-1], keepdim: true).add_(epsilon).rsqrt_() * weight;
        }

        var wide = features.to(float32);
        return (wide * wide.square().mean([-1], keepdim: true).add_(epsilon).rsqrt_()).to(features.dtype) * weight;
    }
}
