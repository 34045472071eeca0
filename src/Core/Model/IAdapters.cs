using CoLA.Core.Matrices;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>What the adapters of a batch add to the base model's products. The maker of the batch chooses the implementation.</summary>
internal interface IAdapters
{
    /// <summary>
    /// The base model's product with a site's input (tokens, in), plus what the adapters add: one tensor (tokens, out) for
    /// each target of the site.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="site">The site.</param>
    /// <param name="matrix">The base weights of all targets of the site, side by side.</param>
    /// <param name="bias">Their biases, side by side; null for a model without.</param>
    /// <param name="input">The site's input, (tokens, in).</param>
    /// <param name="widths">The columns (out) of each target.</param>
    Tensor[] Multiply(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths);

    /// <summary>The same as one tensor (tokens, sum of the widths), with the targets side by side.</summary>
    Tensor MultiplyJoined(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths) =>
        cat(Multiply(layer, site, matrix, bias, input, widths), 1);
}
