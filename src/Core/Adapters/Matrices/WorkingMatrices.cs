using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// A session's heads of a task, or its A, at one moment, in managed memory: whoever still reads them when the session has
/// moved on has them to itself.
/// </summary>
internal sealed class WorkingMatrices
{
    private readonly MatrixLayout _layout;
    private readonly float[] _values;

    public WorkingMatrices(FlatMatrices matrices)
    {
        using var values = matrices.Flat.detach();
        using var host = values.cpu();
        (_layout, _values) = (matrices.Layout, host.data<float>().ToArray());
    }

    public FlatMatrices On(Device device)
    {
        using var scope = NewDisposeScope();
        return new FlatMatrices(_layout, tensor(_values, float32).to(device).DetachFromDisposeScope());
    }
}
