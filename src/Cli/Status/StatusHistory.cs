using CoLA.V1;

namespace CoLA.Cli.Status;

/// <summary>
/// The last minute of a server's status. It begins with the server's start, when every count was zero: until a minute has
/// been watched, latencies are those since then.
/// </summary>
internal sealed class StatusHistory
{
    private const double Minute = 60;

    /// <summary>One for each second; of statuses that come more often, those between are not kept.</summary>
    private readonly List<ServerStatus> _statuses = [new ServerStatus()];

    private ServerStatus? _first;
    private ServerStatus _newest = new();

    /// <summary>Of each second of the last minute that was watched, or of each interval where it is longer; the oldest first.</summary>
    public IReadOnlyList<TokenRates> TokensPerSecond =>
    [
        .. from pair in _statuses.Zip(_statuses.Skip(1))
           where pair.First.Uptime is not null
           select TokenRates.Between(pair.Second.Tokens, pair.First.Tokens, Seconds(pair.First, pair.Second)),
    ];

    public StatusReading Add(ServerStatus status)
    {
        var before = _newest;
        while (_statuses.Count > 1 && Seconds(_statuses[1], status) >= Minute)
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
        if (_first is null || SecondOf(status) > SecondOf(_statuses[^1]))
        {
            _statuses.Add(status);
        }

        _first ??= status;
        _newest = status;
        return reading;

        // The nearest one: a status each second comes a little early or late.
        double SecondOf(ServerStatus one) => Math.Round(Seconds(_first, one));
    }

    private static double Seconds(ServerStatus from, ServerStatus to) => (to.Uptime.ToTimeSpan() - (from.Uptime?.ToTimeSpan() ?? TimeSpan.Zero)).TotalSeconds;

    private static double? RowsPerStep(Distribution? now, Distribution? before)
    {
        var steps = (now?.Counts.Sum() ?? 0) - (before?.Counts.Sum() ?? 0);
        return steps > 0 ? (now!.Sum - (before?.Sum ?? 0)) / steps : null;
    }
}
