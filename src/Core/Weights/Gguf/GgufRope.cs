using CoLA.Core.Configuration;
using CoLA.Core.Rejections;
using CoLA.Core.Weights.Tensors;

namespace CoLA.Core.Weights.Gguf;

/// <summary>
/// The scaling of the rotary frequencies in GGUF. Linear scaling is in the metadata. Llama 3's scaling is the tensor
/// rope_freqs.weight, which holds the divisor of each frequency. The settings cannot be computed from the divisors, so the
/// settings of the published models are compared with them, and other divisors are refused.
/// </summary>
internal static class GgufRope
{
    private const double Tolerance = 1e-4;

    // The settings of Llama 3.1, 3.2 and 3.3. Their factor (8 or 32) is the largest divisor.
    private const double LowFrequencyFactor = 1;
    private const double HighFrequencyFactor = 4;
    private const int OriginalContextLength = 8192;

    /// <summary>The scaling; null for none.</summary>
    /// <exception cref="ModelFileRejection">The metadata or the divisors are not of a supported scaling.</exception>
    public static RopeScaling? Read(GgufFile file, GgufModelKeys keys, double theta, int headDim)
    {
        var kind = keys.Text("rope.scaling.type");
        var factor = keys.Positive("rope.scaling.factor") ?? keys.Positive("rope.scale_linear") ?? 1;
        keys.Ignore("rope.scale_linear");
        keys.Ignore("rope.scaling.original_context_length");
        keys.Ignore("rope.scaling.finetuned");
        keys.RequireOnly("rope.scaling.attn_factor", 1);
        RopeScaling? stated = kind switch
        {
            null or "linear" when factor > 1 => new LinearRopeScaling(factor),
            null or "linear" when factor < 1 => throw keys.Refusal("rope.scaling.factor", "at least 1", factor),
            null or "none" or "linear" => null,
            _ => throw keys.Refusal("rope.scaling.type", "none or linear", kind),
        };
        if (Divisors(file, headDim) is not { } divisors)
        {
            return stated;
        }

        var llama3 = new Llama3RopeScaling(divisors.Max(), LowFrequencyFactor, HighFrequencyFactor, OriginalContextLength);
        RopeScaling? recognised = divisors.Max() > 1 ? llama3 : null;
        return stated is null && Agree(divisors, recognised, theta)
            ? recognised
            : throw new ModelFileRejection(
                file.Path,
                GgufNames.RopeFactors,
                "the divisors of llama3 scaling with factors 1 and 4 and an original context of 8192",
                "others; put the model's config.json beside the file");
    }

    /// <summary>Checks that the divisors in the file, if it has any, follow from the configuration.</summary>
    /// <exception cref="ModelFileRejection">They do not.</exception>
    public static void CheckFactors(GgufFile file, ModelConfig config)
    {
        if (Divisors(file, config.HeadDim) is { } divisors && !Agree(divisors, config.RopeScaling, config.RopeTheta))
        {
            throw new ModelFileRejection(
                file.Path, GgufNames.RopeFactors, "the divisors that follow from config.json's rope settings", "others");
        }
    }

    private static bool Agree(float[] divisors, RopeScaling? scaling, double theta)
    {
        var headDim = divisors.Length * 2;
        return divisors.Index().All(pair =>
        {
            var frequency = Math.Pow(theta, -2.0 * pair.Index / headDim);
            var expected = scaling is Llama3RopeScaling llama3 ? llama3.DivisorOf(frequency) : 1;
            return Math.Abs(pair.Item - expected) <= Tolerance * expected;
        });
    }

    private static float[]? Divisors(GgufFile file, int headDim)
    {
        if (!file.Tensors.TryGetValue(GgufNames.RopeFactors, out var entry))
        {
            return null;
        }

        if (entry.Type != GgmlType.F32 || entry.Shape is not [var count] || count != headDim / 2)
        {
            throw new ModelFileRejection(
                file.Path, GgufNames.RopeFactors, $"F32 of shape [{headDim / 2}]", $"{entry.Type} of shape {TensorShape.Describe(entry.Shape)}");
        }

        using var tensor = file.Read(GgufNames.RopeFactors);
        return tensor.data<float>().ToArray();
    }
}
