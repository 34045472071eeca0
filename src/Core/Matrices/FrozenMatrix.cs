using static TorchSharp.torch;

namespace CoLA.Core.Matrices;

/// <summary>
/// A frozen weight of the base model, (in, out): W transposed. How it lies in memory is its own matter; what it multiplies
/// are tensors on the model's device.
/// </summary>
internal abstract class FrozenMatrix(int @in, int @out) : IDisposable
{
    public int In { get; } = @in;

    public int Out { get; } = @out;

    /// <summary>What it holds on the device.</summary>
    public abstract long Bytes { get; }

    /// <summary>
    /// <paramref name="input"/> (tokens, in) times the matrix, plus <paramref name="bias"/> (out): (tokens, out). Gradients
    /// flow to the input; the matrix has none.
    /// </summary>
    public abstract Tensor Multiply(Tensor input, Tensor? bias = null);

    /// <summary>The matrix as it multiplies, (in, out), in the model's dtype; the caller disposes it.</summary>
    public abstract Tensor ToDense();

    /// <summary>The columns at <paramref name="ids"/> (tokens), int64, as rows (tokens, in): a tied model's embeddings.</summary>
    public abstract Tensor Columns(Tensor ids);

    public abstract void Dispose();
}
