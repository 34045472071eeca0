using CoLA.Core.Training.Examples;

namespace CoLA.Core.Training.Passes;

/// <summary>The rows of one call in a micro-batch.</summary>
/// <param name="Call">Whose.</param>
/// <param name="Rows">In the order of their tasks.</param>
internal sealed record PassStretch(PassCall Call, IReadOnlyList<EncodedExample> Rows)
{
    public int Tokens { get; } = Rows.Sum(row => row.Ids.Count);
}
