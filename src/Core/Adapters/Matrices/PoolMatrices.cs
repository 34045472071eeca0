namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// The tensors of one pool version: its A matrices, with the pool's head where it has one, and what every version of the
/// pool shares, the initial product that is subtracted (null for GAUSSIAN).
/// </summary>
internal sealed record PoolMatrices(FlatMatrices A, InitialProduct? Initial) : IDisposable
{
    public void Dispose() => A.Dispose();
}
