using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// A copy of a session's heads of a task, or of its A matrices, in managed memory. It stays the same when the session trains
/// on, so rows that still use it are not affected.
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

    /// <summary>The copy on <paramref name="device"/>; the caller disposes it.</summary>
    public FlatMatrices On(Device device)
    {
        using var scope = NewDisposeScope();
        return new FlatMatrices(_layout, tensor(_values, float32).to(device).DetachFromDisposeScope());
    }
}
