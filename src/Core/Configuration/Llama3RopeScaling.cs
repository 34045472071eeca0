namespace CoLA.Core.Configuration;

/// <summary>
/// The scaling of Llama 3.1. L is the original context length and w the wavelength of a frequency, both in tokens. Frequencies
/// with w &gt; L / LowFrequencyFactor are divided by Factor. Frequencies with w &lt; L / HighFrequencyFactor are kept. Between
/// them the divisor is 1 / ((1 - t) / Factor + t) with t = (L / w - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor).
/// </summary>
/// <param name="Factor">At least 1.</param>
/// <param name="LowFrequencyFactor">Above 0, below <paramref name="HighFrequencyFactor"/>.</param>
/// <param name="HighFrequencyFactor">Above <paramref name="LowFrequencyFactor"/>.</param>
/// <param name="OriginalContextLength">The context length that the model was first trained on, in tokens.</param>
public sealed record Llama3RopeScaling(
    double Factor,
    double LowFrequencyFactor,
    double HighFrequencyFactor,
    int OriginalContextLength) : RopeScaling
{
    /// <summary>The divisor of the rotary frequency <paramref name="frequency"/> (radians per token).</summary>
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
