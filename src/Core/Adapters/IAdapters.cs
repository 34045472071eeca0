using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters;

/// <summary>What the adapters of a batch add to the base model's products. Whoever forms the batch chooses the form.</summary>
internal interface IAdapters
{
    /// <summary>
    /// Down-projects the input (tokens, in) of a site, once for all its targets. The result is handed back to
    /// <see cref="Add"/>; null where nothing at this site is adapted.
    /// </summary>
    object? Project(int layer, Site site, Tensor input);

    /// <summary>The base model's <paramref name="output"/> (tokens, out) of a target, plus what the adapters add to it.</summary>
    Tensor Add(int layer, Target target, Tensor output, object? projected);
}
