using CoLA.Core.Matrices;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Sites;

/// <summary>A site of one layer, and what a batch's tasks train there.</summary>
/// <param name="Matrix">The base's weights of all its targets (in, out).</param>
/// <param name="Bias">(out), or null.</param>
/// <param name="Pools">The stretches of the batch that are adapted here.</param>
internal sealed record SiteSpec(PanelMatrix Matrix, Tensor? Bias, IReadOnlyList<PoolSite> Pools);
