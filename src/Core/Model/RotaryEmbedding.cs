using CoLA.Core.Configuration;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>
/// Rotary position embedding (RoFormer, arXiv 2104.09864) in the half-split form of HuggingFace: features d and
/// d + headDim / 2 form a pair that is rotated. The tables hold every position of the context.
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    public RotaryEmbedding(ModelConfig config, Device device)
    {
        using var scope = NewDisposeScope();
        var frequencies = tensor(Frequencies(config), float32);
        using var positions = arange(config.ContextLength, float32);
        var angles = outer(positions, frequencies);
        Cos = angles.cos().to(device).DetachFromDisposeScope();
        Sin = angles.sin().to(device).DetachFromDisposeScope();
    }

    /// <summary>(context, headDim / 2), float32.</summary>
    public Tensor Cos { get; }

    /// <summary>(context, headDim / 2), float32.</summary>
    public Tensor Sin { get; }

    /// <summary>The angles at <paramref name="positions"/> (tokens), int64.</summary>
    public RotaryAngles At(Tensor positions) =>
        new(Cos.index_select(0, positions).unsqueeze(1), Sin.index_select(0, positions).unsqueeze(1));

    /// <summary>Rotates <paramref name="features"/>, queries or keys (tokens, attention heads, headDim); returns the same shape and dtype.</summary>
    public static Tensor Rotate(Tensor features, RotaryAngles angles)
    {
        var half = features.shape[2] / 2;
        var first = features.narrow(2, 0, half);
        var second = features.narrow(2, half, half);
        var rotated = cat([first * angles.Cos - second * angles.Sin, second * angles.Cos + first * angles.Sin], 2);
        return rotated.dtype == features.dtype ? rotated : rotated.to(features.dtype);
    }

    public void Dispose()
    {
        Cos.Dispose();
        Sin.Dispose();
    }

    private static float[] Frequencies(ModelConfig config)
    {
        var frequencies = new float[config.HeadDim / 2];
        for (var index = 0; index < frequencies.Length; index++)
        {
            // Single precision wherever HuggingFace uses it: otherwise the angles differ after thousands of positions.
            var frequency = 1f / MathF.Pow((float)config.RopeTheta, 2f * index / config.HeadDim);
            frequencies[index] = config.RopeScaling switch
            {
                null => frequency,
                LinearRopeScaling linear => (float)(frequency / linear.Factor),
                Llama3RopeScaling llama3 => Llama3(frequency, llama3),
                _ => throw new InvalidOperationException($"no rule for {config.RopeScaling}"),
            };
        }

        return frequencies;
    }

    /// <summary>Llama 3.1's rule: low frequencies are divided by the factor, high frequencies are kept, those between are interpolated.</summary>
    private static float Llama3(float frequency, Llama3RopeScaling scaling)
    {
        var wavelength = 2 * Math.PI / frequency;
        var longest = scaling.OriginalContextLength / scaling.LowFrequencyFactor;
        var shortest = scaling.OriginalContextLength / scaling.HighFrequencyFactor;
        if (wavelength < shortest)
        {
            return frequency;
        }

        if (wavelength > longest)
        {
            return (float)(frequency / scaling.Factor);
        }

        var smooth = (scaling.OriginalContextLength / wavelength - scaling.LowFrequencyFactor)
            / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (float)((1 - smooth) * frequency / scaling.Factor + smooth * frequency);
    }
}
