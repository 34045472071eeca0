using CoLA.Core.Matrices;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Forward;

/// <summary>
/// Adapters with libtorch's operations. For each site they compute the base model's product, project the input once by the A
/// matrices, and add to each target the product of the projection with the adapter heads.
/// </summary>
internal abstract class ProjectedAdapters : IAdapters
{
    public Tensor[] Multiply(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths)
    {
        var output = matrix.Multiply(input, bias);
        var projected = Project(layer, site, input);
        var targets = SiteMap.TargetsOf(site);
        Tensor[] outputs = targets.Count == 1 ? [output] : output.split(widths, 1);
        return [.. outputs.Select((each, at) => Add(layer, targets[at], each, projected))];
    }

    /// <summary>
    /// Projects the input (tokens, in) of a site by the A matrices, once for all its targets. The result is passed to
    /// <see cref="Add"/>; it is null where no target of the site is adapted.
    /// </summary>
    public abstract object? Project(int layer, Site site, Tensor input);

    /// <summary>Returns the base model's <paramref name="output"/> (tokens, out) of a target plus what the adapters add; it may add in place.</summary>
    public abstract Tensor Add(int layer, Target target, Tensor output, object? projected);
}
