namespace CoLA.Core.Adapters;

/// <summary>The place of one target's matrices in a flat buffer.</summary>
internal sealed record MatrixSlot(int Layer, Target Target, long Offset, long[] Shape)
{
    public long Length { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The name in files: <c>layers.0.q</c>.</summary>
    public string Name => $"layers.{Layer}.{Target.ToString().ToLowerInvariant()}";
}
