using CoLA.Core.Kernels;
using Xunit;

namespace CoLA.Core.Tests.Kernels;

/// <summary><see cref="LabelJob"/> and <see cref="LabelGradientJob"/>: they share the normaliser.</summary>
public sealed unsafe class LabelJobTests
{
    private const int Rows = 3;

    /// <summary>float32 has 24 bits: a result of up to 200 is rounded by at most 8e-6, twice.</summary>
    private const double Tolerance = 2e-5;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(7, 0)]
    [InlineData(8, 90)]
    [InlineData(21, -90)]
    public void Run_AnyWidth_IsTheLogProbabilityAndItsGradient(int width, float shift)
    {
        using GuardedFloats logits = new(Rows * width, 1), normalisers = new(Rows, 2), probabilities = new(Rows, 3), gradients = new(Rows, 4);
        foreach (ref var logit in logits.Values)
        {
            logit += shift;
        }

        var labels = stackalloc long[Rows] { 0, width / 2, width - 1 };
        var before = logits.Copy();

        Run(logits, width, labels, normalisers, probabilities, gradients);

        for (var row = 0; row < Rows; row++)
        {
            var values = before[(row * width)..((row + 1) * width)];
            var normaliser = Math.Log(values.Sum(value => Math.Exp(value)));
            Assert.Equal(normaliser, normalisers.Values[row], Tolerance);
            Assert.Equal(values[labels[row]] - normaliser, probabilities.Values[row], Tolerance);
            for (var at = 0; at < width; at++)
            {
                var expected = gradients.Values[row] * ((at == labels[row] ? 1 : 0) - Math.Exp(values[at] - normaliser));
                Assert.Equal(expected, logits.Values[row * width + at], Tolerance);
            }
        }

        logits.Check();
        normalisers.Check();
        probabilities.Check();
    }

    [Theory]
    [InlineData(float.NaN, 3)]
    [InlineData(float.PositiveInfinity, 16)]
    public void Run_RowThatIsNotFinite_LeavesItsNeighboursAlone(float broken, int at)
    {
        const int width = 18;
        using GuardedFloats logits = new(Rows * width, 1), normalisers = new(Rows, 2), probabilities = new(Rows, 3), gradients = new(Rows, 4);
        logits.Values[width + at] = broken;
        var labels = stackalloc long[Rows];

        Run(logits, width, labels, normalisers, probabilities, gradients);

        Assert.Equal([true, false, true], probabilities.Copy().Select(float.IsFinite));
        Assert.Equal([true, false, true], logits.Copy().Chunk(width).Select(row => row.All(float.IsFinite)));
    }

    private static void Run(
        GuardedFloats logits, int width, long* labels, GuardedFloats normalisers, GuardedFloats probabilities, GuardedFloats gradients)
    {
        var forward = new LabelJob
        {
            Logits = logits.Start,
            Width = width,
            Labels = labels,
            Normalisers = normalisers.Start,
            LogProbabilities = probabilities.Start,
        };
        var backward = new LabelGradientJob
        {
            Logits = logits.Start,
            Width = width,
            Labels = labels,
            Normalisers = normalisers.Start,
            Gradients = gradients.Start,
        };
        for (var row = 0; row < Rows; row++)
        {
            forward.Run(row);
            backward.Run(row);
        }
    }
}
