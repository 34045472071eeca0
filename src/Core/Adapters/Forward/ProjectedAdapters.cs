using CoLA.Core.Matrices;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Forward;

/// <summary>Adapters in libtorch's operations: the base's product, one down-projection of the input, and what each target gets of it.</summary>
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
    /// Down-projects the input (tokens, in) of a site, once for all its targets. The result is handed back to
    /// <see cref="Add"/>; null where nothing at this site is adapted.
    /// </summary>
    public abstract object? Project(int layer, Site site, Tensor input);

    /// <summary>The base model's <paramref name="output"/> (tokens, out) of a target, plus what the adapters add to it.</summary>
    public abstract Tensor Add(int layer, Target target, Tensor output, object? projected);
}
