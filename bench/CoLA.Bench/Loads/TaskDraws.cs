using CoLA.Core.Data;

namespace CoLA.Bench.Loads;

/// <summary>Which task each request is for: the same sequence for the same seed.</summary>
internal sealed class TaskDraws
{
    private const double ZipfExponent = 1.5;

    private readonly SplitMix64 _random;
    private readonly LoadShape _shape;
    private readonly double[] _cumulated;
    private int _drawn;

    public TaskDraws(LoadShape shape, int tasks, ulong seed)
    {
        _shape = shape;
        _random = SplitMix64.For(seed, $"{shape}");
        var weights = Enumerable.Range(1, tasks).Select(rank => Weight(shape, rank, tasks));
        _cumulated = new double[tasks];
        var sum = 0.0;
        foreach (var (at, weight) in weights.Index())
        {
            _cumulated[at] = sum += weight;
        }
    }

    /// <summary>Place of the next request's task among the tasks.</summary>
    public int Next()
    {
        if (_shape == LoadShape.Distinct)
        {
            return _drawn++ % _cumulated.Length;
        }

        var unit = (_random.Next() >> 11) * (1.0 / (1UL << 53));
        var found = Array.BinarySearch(_cumulated, unit * _cumulated[^1]);
        return Math.Min(found < 0 ? ~found : found + 1, _cumulated.Length - 1);
    }

    private static double Weight(LoadShape shape, int rank, int tasks)
    {
        var favoured = Math.Max(1, tasks / 10);
        return shape switch
        {
            LoadShape.Zipf => Math.Pow(rank, -ZipfExponent),
            LoadShape.Skewed => rank <= favoured ? 0.9 / favoured : 0.1 / (tasks - favoured),
            LoadShape.Identical => rank == 1 ? 1 : 0,
            _ => 1,
        };
    }
}
