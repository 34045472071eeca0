using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>The part of a flat buffer that holds the matrices of one kind of one target.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Target">The target.</param>
/// <param name="Kind">The role of the matrices.</param>
/// <param name="Offset">The first element.</param>
/// <param name="Shape">The shape of the matrices.</param>
internal sealed record MatrixSlot(int Layer, Target Target, MatrixKind Kind, long Offset, long[] Shape)
{
    /// <summary>The number of elements.</summary>
    public long Length { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The tensor's name in files, for example <c>layers.0.q.B</c>.</summary>
    /// <param name="role">A prefix of the kind, for example <c>initial.</c></param>
    public string Name(string role = "") =>
        $"layers.{Layer}.{Target.ToString().ToLowerInvariant()}.{role}{(Kind is MatrixKind.A or MatrixKind.B ? $"{Kind}" : $"{Kind}".ToLowerInvariant())}";
}
