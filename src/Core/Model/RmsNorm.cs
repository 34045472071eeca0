using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>Root-mean-square normalisation (arXiv 1910.07467) over the last dimension, computed in float32.</summary>
internal static class RmsNorm
{
    /// <summary>features / sqrt(mean(features^2) + epsilon) x weight, in the dtype of the features.</summary>
    /// <param name="features">(rows, width); without a team any shape whose last dimension is the width.</param>
    /// <param name="weight">(width)</param>
    /// <param name="epsilon">Added to the mean of the squares.</param>
    /// <param name="team">The threads of the CPU kernels; null where libtorch computes.</param>
    public static Tensor Apply(Tensor features, Tensor weight, double epsilon, KernelTeam? team = null)
    {
        if (team is not null)
        {
            return NormedRows.Of(features, weight, epsilon, team);
        }

        if (features.dtype == float32)
        {
            return features * features.square().mean([-1], keepdim: true).add_(epsilon).rsqrt_() * weight;
        }

        var wide = features.to(float32);
        return (wide * wide.square().mean([-1], keepdim: true).add_(epsilon).rsqrt_()).to(features.dtype) * weight;
    }
}
