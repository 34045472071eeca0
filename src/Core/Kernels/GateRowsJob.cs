using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// silu(gate) x up of rows that include their adapters already: the forward pass, or the gradient of the input from the
/// gradient of the output. Chunks are <see cref="RowChunks"/>.
/// </summary>
internal unsafe struct GateRowsJob : IKernelJob
{
    /// <summary>(rows, 2 x width): gate, then up.</summary>
    public float* Joined;

    /// <summary>(rows, width): dy, the gradient of the output; null in the forward pass.</summary>
    public float* OutputGradient;

    /// <summary>The output, (rows, width), or the gradient of <see cref="Joined"/>, in its shape.</summary>
    public float* Result;
    public int Rows;
    public int Width;

    public readonly void Run(int chunk)
    {
        var (row, end) = RowChunks.Of(chunk, Rows);
        for (; row < end; row++)
        {
            var at = (nint)row * Width;
            var gate = Joined + 2 * at;
            if (OutputGradient == null)
            {
                GateJob.Multiply(gate, gate + Width, Result + at, Width);
            }
            else
            {
                Gradient(gate, OutputGradient + at, Result + 2 * at, Width);
            }
        }
    }

    /// <summary>The gradient of one row: with s = sigmoid(gate), dup = dy gate s and dgate = dy up s (1 + gate (1 - s)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gradient(float* gate, float* gradient, float* to, int width)
    {
        var up = gate + width;
        var one = Vector256<float>.One;
        var at = 0;
        for (; at + 8 <= width; at += 8)
        {
            Vector256<float> value = Vector256.Load(gate + at), dy = Vector256.Load(gradient + at);
            var sigmoid = one / (one + Vector256.Exp(-value));
            (dy * Vector256.Load(up + at) * sigmoid * (one + value * (one - sigmoid))).Store(to + at);
            (dy * value * sigmoid).Store(to + width + at);
        }

        for (; at < width; at++)
        {
            var sigmoid = 1 / (1 + MathF.Exp(-gate[at]));
            to[at] = gradient[at] * up[at] * sigmoid * (1 + gate[at] * (1 - sigmoid));
            to[width + at] = gradient[at] * gate[at] * sigmoid;
        }
    }
}
