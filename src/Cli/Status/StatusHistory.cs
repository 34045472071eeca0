using CoLA.V1;

namespace CoLA.Cli.Status;

/// <summary>
/// The last minute of a server's status. It begins with the server's start, when every count was zero: until a minute has
/// been watched, latencies are those since then.
/// </summary>
internal sealed class StatusHistory
{
    /// <summary>Readings that are drawn beside each other at most.</summary>
    public const int MaximumReadings = 60;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly List<ServerStatus> _statuses = [new ServerStatus()];
    private readonly List<StatusReading> _readings = [];

    /// <summary>The readings between two statuses of the last minute, the oldest first.</summary>
    public IReadOnlyList<StatusReading> Readings => _readings;

    public StatusReading Add(ServerStatus status)
    {
        var before = _statuses[^1];
        while (_statuses.Count > 1 && Seconds(_statuses[1], status) >= Kept.TotalSeconds)
        {
            _statuses.RemoveAt(0);
        }

        var seconds = Seconds(before, status);
        var reading = new StatusReading(
            status,
            seconds,
            TokenRates.Between(status.Tokens, before.Tokens, seconds),
            RowsPerStep(status.BatchRows, before.BatchRows),
            AccountRates.Between(status, before, seconds),
            Seconds(_statuses[0], status),
            Percentiles.Between(status.TimeToFirstToken, _statuses[0].TimeToFirstToken),
            Percentiles.Between(status.TimePerOutputToken, _statuses[0].TimePerOutputToken));
        if (before.Uptime is not null)
        {
            _readings.Add(reading);
            var old = _readings.TakeWhile(one => Seconds(one.Status, status) >= Kept.TotalSeconds).Count();
            _readings.RemoveRange(0, Math.Max(old, _readings.Count - MaximumReadings));
        }

        _statuses.Add(status);
        return reading;
    }

    private static double Seconds(ServerStatus from, ServerStatus to) => (to.Uptime.ToTimeSpan() - (from.Uptime?.ToTimeSpan() ?? TimeSpan.Zero)).TotalSeconds;

    private static double? RowsPerStep(Distribution? now, Distribution? before)
    {
        var steps = (now?.Counts.Sum() ?? 0) - (before?.Counts.Sum() ?? 0);
        return steps > 0 ? (now!.Sum - (before?.Sum ?? 0)) / steps : null;
    }
}
