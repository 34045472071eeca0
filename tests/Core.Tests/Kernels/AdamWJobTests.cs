using CoLA.Core.Kernels;
using Xunit;

namespace CoLA.Core.Tests.Kernels;

public sealed unsafe class AdamWJobTests
{
    private const float Rate = 0.01f;
    private const float WeightDecay = 0.1f;

    /// <summary>Tails of a vector of 8, several chunks, and a tail of the last chunk.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(8, 3)]
    [InlineData(29, 10)]
    [InlineData((1 << 16) + 5, 2)]
    public void Run_AnyLength_IsThePlainLoop(int length, int step)
    {
        using GuardedFloats weights = new(length, 1), gradient = new(length, 2), first = new(length, 3), second = new(length, 4);
        foreach (ref var value in second.Values)
        {
            value = Math.Abs(value);
        }

        var (w, m, v) = (weights.Copy(), first.Copy(), second.Copy());

        Run(Job(weights, gradient, first, second, step));

        for (var at = 0; at < length; at++)
        {
            double g = gradient.Values[at];
            var moment = 0.9 * m[at] + 0.1 * g;
            var square = 0.999 * v[at] + 0.001 * g * g;
            var update = Rate * (moment / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(square / (1 - Math.Pow(0.999, step))) + 1e-8);
            Assert.Equal(moment, first.Values[at], 1e-6);
            Assert.Equal(square, second.Values[at], 1e-6);
            Assert.Equal(w[at] * (1 - Rate * WeightDecay) - update, weights.Values[at], 1e-5);
        }

        weights.Check();
        first.Check();
        second.Check();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Run_GradientThatIsNotFinite_ReachesItsOwnWeightAlone(float broken)
    {
        using GuardedFloats weights = new(21, 1), gradient = new(21, 2), first = new(21, 3), second = new(21, 4);
        second.Values.Fill(1);
        gradient.Values[9] = broken;

        Run(Job(weights, gradient, first, second, 1));

        for (var at = 0; at < 21; at++)
        {
            Assert.Equal(at != 9, float.IsFinite(first.Values[at]));
            Assert.Equal(at != 9, float.IsFinite(weights.Values[at]));
        }
    }

    private static AdamWJob Job(GuardedFloats weights, GuardedFloats gradient, GuardedFloats first, GuardedFloats second, int step) => new()
    {
        Weights = weights.Start,
        Gradient = gradient.Start,
        FirstMoment = first.Start,
        SecondMoment = second.Start,
        Length = weights.Length,
        Decay = 1 - Rate * WeightDecay,
        Beta1 = 0.9f,
        Beta2 = 0.999f,
        StepSize = (float)(Rate / (1 - Math.Pow(0.9, step))),
        RootFactor = (float)(1 / Math.Sqrt(1 - Math.Pow(0.999, step))),
        Epsilon = 1e-8f,
    };

    private static void Run(AdamWJob job)
    {
        for (var chunk = 0; chunk < job.Chunks; chunk++)
        {
            job.Run(chunk);
        }
    }
}
