using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters;

/// <summary>The bare base model.</summary>
internal sealed class NoAdapters : IAdapters
{
    public static NoAdapters Instance { get; } = new();

    public object? Project(int layer, Site site, Tensor input) => null;

    public Tensor Add(int layer, Target target, Tensor output, object? projected) => output;
}
