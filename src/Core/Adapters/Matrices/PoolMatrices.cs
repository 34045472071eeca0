namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// The tensors of one pool version: its A matrices, with the shared head where the pool has one, and the initial product, which
/// all versions of the pool have in common (null for GAUSSIAN).
/// </summary>
internal sealed record PoolMatrices(FlatMatrices A, InitialProduct? Initial) : IDisposable
{
    public void Dispose() => A.Dispose();
}
