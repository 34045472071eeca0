namespace CoLA.Core.Adapters;

/// <summary>
/// The tensors of one pool version: its A matrices, and what every version of the pool shares, the initial product that
/// is subtracted (null for GAUSSIAN).
/// </summary>
internal sealed record PoolMatrices(FlatMatrices A, InitialProduct? Initial) : IDisposable
{
    public void Dispose() => A.Dispose();
}
