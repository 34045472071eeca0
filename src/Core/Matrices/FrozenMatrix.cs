using static TorchSharp.torch;

namespace CoLA.Core.Matrices;

/// <summary>
/// A frozen weight of the base model, (in, out): W transposed. It hides its layout in memory. It multiplies tensors on the
/// model's device.
/// </summary>
internal abstract class FrozenMatrix(int @in, int @out) : IDisposable
{
    /// <summary>Input features.</summary>
    public int In { get; } = @in;

    /// <summary>Output features.</summary>
    public int Out { get; } = @out;

    /// <summary>Bytes that the matrix occupies on the device.</summary>
    public abstract long Bytes { get; }

    /// <summary>
    /// <paramref name="input"/> (tokens, in) times the matrix, plus <paramref name="bias"/> (out): (tokens, out). Gradients
    /// flow to the input; the matrix gets none.
    /// </summary>
    public abstract Tensor Multiply(Tensor input, Tensor? bias = null);

    /// <summary>The matrix as a tensor (in, out) in the model's dtype, dequantised; the caller disposes it.</summary>
    public abstract Tensor ToDense();

    /// <summary>The columns at <paramref name="ids"/> (tokens), int64, as rows (tokens, in): the embeddings of a model with tied embeddings.</summary>
    public abstract Tensor Columns(Tensor ids);

    public abstract void Dispose();
}
