using System.Diagnostics;

namespace CoLA.Bench.Measures;

/// <summary>When each token of each row came. Rows may be told of by different threads, one row by one thread at a time.</summary>
internal sealed class TokenClock
{
    private readonly List<long>[] _times;
    private readonly long _started = Stopwatch.GetTimestamp();

    public TokenClock(int rows) => _times = [.. Enumerable.Range(0, rows).Select(_ => new List<long>())];

    /// <summary>Tokens that came in all.</summary>
    public int Count => _times.Sum(row => row.Count);

    /// <summary>Seconds from when the rows were sent to when the last token came.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_started, _times.Max(row => row[^1])).TotalSeconds;

    /// <summary>
    /// Tokens per second from when every row has its first token to when the first row ends. The row that began last gives
    /// the beat: in every step since then each row has got one token.
    /// </summary>
    public double DecodeTokensPerSecond
    {
        get
        {
            var last = _times.MaxBy(row => row[0])!;
            var end = _times.Min(row => row[^1]);
            var steps = Enumerable.Range(1, last.Count - 1).MinBy(step => Math.Abs(last[step] - end));
            return _times.Length * steps / Stopwatch.GetElapsedTime(last[0], last[steps]).TotalSeconds;
        }
    }

    /// <summary>Seconds between the tokens of each row, the shortest first.</summary>
    public double[] Gaps() =>
        [.. _times.SelectMany(row => row.Zip(row.Skip(1), (before, after) => Stopwatch.GetElapsedTime(before, after).TotalSeconds)).Order()];

    /// <summary>So many tokens of the row came just now.</summary>
    public void Add(int row, int tokens)
    {
        var now = Stopwatch.GetTimestamp();
        for (var token = 0; token < tokens; token++)
        {
            _times[row].Add(now);
        }
    }
}
