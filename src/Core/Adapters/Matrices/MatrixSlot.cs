using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>The place of one target's matrices of one kind in a flat buffer.</summary>
internal sealed record MatrixSlot(int Layer, Target Target, MatrixKind Kind, long Offset, long[] Shape)
{
    public long Length { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The name in files, <c>layers.0.q.B</c>.</summary>
    /// <param name="role">What comes before the kind: <c>initial.</c>, for one.</param>
    public string Name(string role = "") =>
        $"layers.{Layer}.{Target.ToString().ToLowerInvariant()}.{role}{(Kind is MatrixKind.A or MatrixKind.B ? $"{Kind}" : $"{Kind}".ToLowerInvariant())}";
}
