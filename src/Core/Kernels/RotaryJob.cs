namespace CoLA.Core.Kernels;

/// <summary>
/// Query and key norms (Qwen3 only) and the rotary embedding (RoFormer, arXiv 2104.09864, half-split) of queries and keys;
/// values are copied. The forward pass, or the gradient of the input from the gradient of the output. Chunks are
/// <see cref="RowChunks"/>.
/// </summary>
internal unsafe struct RotaryJob : IKernelJob
{
    /// <summary>(tokens, q + k + v): the input. The gradient reads it only where the model has norms.</summary>
    public float* Joined;

    /// <summary>(tokens, q + k + v): the gradient of the output; null in the forward pass.</summary>
    public float* OutputGradient;

    /// <summary>(tokens, q + k + v): the output, or the gradient of the input.</summary>
    public float* Result;
    public int Tokens;
    public int QueryHeads;
    public int KeyValueHeads;
    public int HeadDim;

    /// <summary>(headDim); null for a model without query and key norms.</summary>
    public float* QueryNorm;
    public float* KeyNorm;
    public float Epsilon;

    /// <summary>(tokens, headDim / 2)</summary>
    public float* Cos;
    public float* Sin;

    private readonly int Width => (QueryHeads + 2 * KeyValueHeads) * HeadDim;

    public readonly void Run(int chunk)
    {
        var (token, end) = RowChunks.Of(chunk, Tokens);
        for (; token < end; token++)
        {
            var first = (nint)token * Width;
            var to = Result + first;
            var from = (OutputGradient == null ? Joined : OutputGradient) + first;
            float* cos = Cos + (nint)token * (HeadDim / 2), sin = Sin + (nint)token * (HeadDim / 2);
            new ReadOnlySpan<float>(from, Width).CopyTo(new Span<float>(to, Width));
            for (var head = 0; head < QueryHeads + KeyValueHeads; head++)
            {
                var features = to + head * HeadDim;
                var norm = head < QueryHeads ? QueryNorm : KeyNorm;
                if (OutputGradient == null)
                {
                    QueryKeyValueJob.NormAndRotate(features, norm, cos, sin, HeadDim, Epsilon);
                    continue;
                }

                QueryKeyValueJob.Rotate(features, cos, sin, HeadDim / 2, -1);
                if (norm != null)
                {
                    NormRowsJob.Gradient(Joined + first + head * HeadDim, norm, features, features, HeadDim, Epsilon);
                }
            }
        }
    }
}
