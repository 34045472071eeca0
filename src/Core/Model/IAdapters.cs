using CoLA.Core.Matrices;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>What the adapters of a batch add to the base model's products. Whoever forms the batch chooses the form.</summary>
internal interface IAdapters
{
    /// <summary>
    /// The base's product with a site's input (tokens, in), and what the adapters add to it: one tensor (tokens, out) for
    /// each target of the site.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="site">The site.</param>
    /// <param name="matrix">The base's weights of all its targets, side by side.</param>
    /// <param name="bias">Likewise of biases, or null.</param>
    /// <param name="input">The site's input.</param>
    /// <param name="widths">Columns of each target.</param>
    Tensor[] Multiply(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths);

    /// <summary>The same, all targets side by side: one tensor (tokens, out of all).</summary>
    Tensor MultiplyJoined(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths) =>
        cat(Multiply(layer, site, matrix, bias, input, widths), 1);
}
