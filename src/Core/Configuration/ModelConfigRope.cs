using System.Collections.Frozen;

namespace CoLA.Core.Configuration;

/// <summary>
/// The settings of the rotary embedding in config.json, in both forms: <c>rope_theta</c> with <c>rope_scaling</c> (whose kind
/// is in <c>rope_type</c> or <c>type</c>), or everything in <c>rope_parameters</c>.
/// </summary>
internal static class ModelConfigRope
{
    private const double DefaultTheta = 10_000;
    private const string OldKey = "rope_scaling";
    private const string NewKey = "rope_parameters";

    /// <summary>The base of the rotary frequencies, and their scaling or null.</summary>
    /// <exception cref="Rejections.ModelFileRejection">A value is wrong or not supported, or the two forms contradict each other.</exception>
    public static (double Theta, RopeScaling? Scaling) Read(ModelConfigKeys config)
    {
        RefusePartialRotation(config);
        var theta = config.Positive("rope_theta");
        var (oldTheta, oldScaling) = ReadObject(config.Object(OldKey));
        var (newTheta, newScaling) = ReadObject(config.Object(NewKey));
        if (config.Has(OldKey) && config.Has(NewKey) && oldScaling != newScaling)
        {
            throw config.Refusal(NewKey, $"the same as {OldKey}", $"{newScaling?.ToString() ?? "none"}, not {oldScaling?.ToString() ?? "none"}");
        }

        double[] stated = [.. new[] { theta, oldTheta, newTheta }.OfType<double>().Distinct()];
        return stated.Length <= 1
            ? (stated is [var only] ? only : DefaultTheta, newScaling ?? oldScaling)
            : throw config.Refusal("rope_theta", "one value", string.Join(" and ", stated));
    }

    private static (double? Theta, RopeScaling? Scaling) ReadObject(ModelConfigKeys? rope)
    {
        if (rope is null)
        {
            return (null, null);
        }

        RefusePartialRotation(rope);
        var theta = rope.Positive("rope_theta");
        var legacyKind = rope.Text("type");
        var kind = rope.Text("rope_type") ?? legacyKind ?? "default";
        RopeScaling? scaling = kind switch
        {
            "default" => null,
            "linear" => new LinearRopeScaling(rope.RequiredPositive("factor", minimum: 1)),
            "llama3" => ReadLlama3(rope),
            _ => throw rope.Refusal("rope_type", "default, linear or llama3", kind),
        };
        rope.RefuseUnknownKeys(FrozenSet<string>.Empty);
        return (theta, scaling);
    }

    private static Llama3RopeScaling ReadLlama3(ModelConfigKeys rope)
    {
        var scaling = new Llama3RopeScaling(
            rope.RequiredPositive("factor", minimum: 1),
            rope.RequiredPositive("low_freq_factor"),
            rope.RequiredPositive("high_freq_factor"),
            rope.RequiredSize("original_max_position_embeddings"));
        return scaling.LowFrequencyFactor < scaling.HighFrequencyFactor
            ? scaling
            : throw rope.Refusal("high_freq_factor", $"more than low_freq_factor, {scaling.LowFrequencyFactor}", $"{scaling.HighFrequencyFactor}");
    }

    private static void RefusePartialRotation(ModelConfigKeys keys)
    {
        if (keys.Positive("partial_rotary_factor") is { } factor and not 1)
        {
            throw keys.Refusal("partial_rotary_factor", "1 (all features of a head are rotated)", $"{factor}");
        }
    }
}
