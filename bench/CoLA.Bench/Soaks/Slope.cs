namespace CoLA.Bench.Soaks;

/// <summary>The least-squares line through values over time.</summary>
internal static class Slope
{
    /// <summary>How much the line rises over the whole time; 0 for fewer than two values.</summary>
    public static double Rise(IReadOnlyList<SoakSample> samples, Func<SoakSample, double> of)
    {
        if (samples.Count < 2)
        {
            return 0;
        }

        var middle = samples.Average(sample => sample.Seconds);
        var mean = samples.Average(of);
        var slope = samples.Sum(sample => (sample.Seconds - middle) * (of(sample) - mean)) / samples.Sum(sample => Math.Pow(sample.Seconds - middle, 2));
        return slope * (samples[^1].Seconds - samples[0].Seconds);
    }
}
