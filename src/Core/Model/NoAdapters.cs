using CoLA.Core.Matrices;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>The base model without adapters.</summary>
internal sealed class NoAdapters : IAdapters
{
    public static NoAdapters Instance { get; } = new();

    public Tensor[] Multiply(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths)
    {
        var output = MultiplyJoined(layer, site, matrix, bias, input, widths);
        return widths.Length == 1 ? [output] : output.split(widths, 1);
    }

    public Tensor MultiplyJoined(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths) =>
        matrix.Multiply(input, bias);
}
