using CoLA.Core.Tenancy;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters;

/// <summary>
/// Weights of a session at one moment, in managed memory: whoever still folds them when the session has moved on has them
/// to itself.
/// </summary>
/// <param name="Heads">As their layout has them.</param>
/// <param name="A">Likewise; null where A is frozen, and the pool version's file holds it.</param>
internal sealed record WorkingMatrices(float[] Heads, float[]? A)
{
    public static WorkingMatrices Of(FlatMatrices heads, FlatMatrices? a) => new(Floats(heads), a is null ? null : Floats(a));

    /// <summary>The same of several tasks on one pool.</summary>
    public static IReadOnlyDictionary<TaskName, WorkingMatrices> Of(IEnumerable<KeyValuePair<TaskName, FlatMatrices>> heads, FlatMatrices? a)
    {
        var shared = a is null ? null : Floats(a);
        return heads.ToDictionary(task => task.Key, task => new WorkingMatrices(Floats(task.Value), shared));
    }

    public FlatMatrices HeadsOf(MatrixLayout layout) => Of(layout, Heads, CPU);

    public FlatMatrices PoolOf(MatrixLayout layout, Device device) => Of(layout, A!, device);

    private static float[] Floats(FlatMatrices matrices)
    {
        using var values = matrices.Flat.detach();
        using var host = values.cpu();
        return host.data<float>().ToArray();
    }

    private static FlatMatrices Of(MatrixLayout layout, float[] values, Device device)
    {
        using var host = tensor(values, float32);
        return new FlatMatrices(layout, host.to(device, copy: true).DetachFromDisposeScope());
    }
}
