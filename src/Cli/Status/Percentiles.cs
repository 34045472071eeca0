using System.Text.Json.Serialization;
using CoLA.V1;
using Google.Protobuf.Collections;

namespace CoLA.Cli.Status;

/// <summary>Where the middle and the slow end of many times are, in seconds.</summary>
/// <param name="P50">Half of them are at most this; null where there are none.</param>
/// <param name="P95">19 of 20 are at most this.</param>
/// <param name="Limit">A value of this means: at least this.</param>
internal sealed record Percentiles(double? P50, double? P95, [property: JsonIgnore] double Limit)
{
    private const double Middle = 0.5;
    private const double Slow = 0.95;

    /// <summary>Of the values that <paramref name="now"/> has more than <paramref name="before"/>.</summary>
    public static Percentiles Between(Distribution? now, Distribution? before)
    {
        if (now is null || now.Bounds.Count == 0)
        {
            return new Percentiles(null, null, double.PositiveInfinity);
        }

        long[] counts = [.. now.Counts.Select((count, bucket) => count - (before?.Counts.ElementAtOrDefault(bucket) ?? 0))];
        return new Percentiles(Quantile(now.Bounds, counts, Middle), Quantile(now.Bounds, counts, Slow), now.Bounds[^1]);
    }

    /// <summary>As if the values of a bucket were spread evenly over it; those above all bounds count as the last bound.</summary>
    private static double? Quantile(RepeatedField<double> bounds, long[] counts, double share)
    {
        var rank = share * counts.Sum();
        if (rank == 0)
        {
            return null;
        }

        var below = 0L;
        for (var bucket = 0; bucket < bounds.Count; below += counts[bucket], bucket++)
        {
            if (below + counts[bucket] >= rank)
            {
                var lower = bucket == 0 ? 0 : bounds[bucket - 1];
                return lower + ((bounds[bucket] - lower) * (rank - below) / counts[bucket]);
            }
        }

        return bounds[^1];
    }
}
