using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// RMS norm (arXiv 1910.07467) of rows, not in place: the forward pass, or the gradient of the input from the gradient of
/// the output. Chunks are <see cref="RowChunks"/>.
/// </summary>
internal unsafe struct NormRowsJob : IKernelJob
{
    /// <summary>(rows, width): x.</summary>
    public float* Features;

    /// <summary>(width): w.</summary>
    public float* Weight;

    /// <summary>(rows, width): dy, the gradient of the output; null in the forward pass.</summary>
    public float* OutputGradient;

    /// <summary>(rows, width): the output, or the gradient of the input.</summary>
    public float* Result;
    public int Rows;
    public int Width;
    public float Epsilon;

    public readonly void Run(int chunk)
    {
        var (row, end) = RowChunks.Of(chunk, Rows);
        for (; row < end; row++)
        {
            var at = (nint)row * Width;
            if (OutputGradient == null)
            {
                NormJob.Norm(Features + at, Weight, Result + at, Width, Epsilon);
            }
            else
            {
                Gradient(Features + at, Weight, OutputGradient + at, Result + at, Width, Epsilon);
            }
        }
    }

    /// <summary>
    /// The gradient of one row: with r = 1 / rms(x), dx = r (w dy) - r^3 x mean(w dy x). <paramref name="to"/> may be
    /// <paramref name="gradient"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(float* features, float* weight, float* gradient, float* to, int width, float epsilon)
    {
        Vector256<float> squares = default, products = default;
        var at = 0;
        for (; at + 8 <= width; at += 8)
        {
            var x = Vector256.Load(features + at);
            squares = Vector256.FusedMultiplyAdd(x, x, squares);
            products = Vector256.FusedMultiplyAdd(x, Vector256.Load(weight + at) * Vector256.Load(gradient + at), products);
        }

        float square = Vector256.Sum(squares), product = Vector256.Sum(products);
        for (; at < width; at++)
        {
            square += features[at] * features[at];
            product += features[at] * weight[at] * gradient[at];
        }

        var factor = 1 / MathF.Sqrt(square / width + epsilon);
        var slope = -factor * factor * factor * (product / width);
        Vector256<float> factors = Vector256.Create(factor), slopes = Vector256.Create(slope);
        for (at = 0; at + 8 <= width; at += 8)
        {
            var scaled = factors * Vector256.Load(weight + at) * Vector256.Load(gradient + at);
            Vector256.FusedMultiplyAdd(slopes, Vector256.Load(features + at), scaled).Store(to + at);
        }

        for (; at < width; at++)
        {
            to[at] = factor * weight[at] * gradient[at] + slope * features[at];
        }
    }
}
