namespace CoLA.Core.Configuration;

/// <summary>
/// Llama 3.1's: with L the original context and w the wavelength of a frequency in tokens, frequencies with
/// w &gt; L / LowFrequencyFactor are divided by Factor, those with w &lt; L / HighFrequencyFactor stay, and between
/// them the divisor is 1 / ((1 - t) / Factor + t), t = (L / w - Low) / (High - Low).
/// </summary>
/// <param name="Factor">At least 1.</param>
/// <param name="LowFrequencyFactor">Above 0, below <paramref name="HighFrequencyFactor"/>.</param>
/// <param name="HighFrequencyFactor">Above <paramref name="LowFrequencyFactor"/>.</param>
/// <param name="OriginalContextLength">In tokens.</param>
public sealed record Llama3RopeScaling(
    double Factor,
    double LowFrequencyFactor,
    double HighFrequencyFactor,
    int OriginalContextLength) : RopeScaling
{
    /// <summary>What the rotary frequency <paramref name="frequency"/> (radians a token) is divided by.</summary>
    public double DivisorOf(double frequency)
    {
        var wavesInContext = OriginalContextLength * frequency / (2 * Math.PI);
        if (wavesInContext < LowFrequencyFactor)
        {
            return Factor;
        }

        if (wavesInContext > HighFrequencyFactor)
        {
            return 1;
        }

        var smooth = (wavesInContext - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
        return 1 / (((1 - smooth) / Factor) + smooth);
    }
}
