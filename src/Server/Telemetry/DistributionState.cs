namespace CoLA.Server.Telemetry;

/// <summary>Values counted by size, by any thread.</summary>
/// <param name="bounds">Upper bounds, rising; a bound belongs to its bucket.</param>
internal sealed class DistributionState(double[] bounds)
{
    private readonly Lock _door = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    public void Add(double value)
    {
        var bucket = Array.BinarySearch(bounds, value);
        lock (_door)
        {
            _counts[bucket < 0 ? ~bucket : bucket]++;
            _sum += value;
        }
    }

    public DistributionSnapshot Snapshot()
    {
        lock (_door)
        {
            return new DistributionSnapshot(bounds, [.. _counts], _sum);
        }
    }
}
