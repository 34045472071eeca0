using CoLA.V1;

namespace CoLA.Cli.Status;

/// <summary>How a server is doing: its status, and what follows from those before it.</summary>
/// <param name="Status">As the server told it.</param>
/// <param name="Seconds">What "a second" and "a step" are taken over: since the status before, or since the server started.</param>
/// <param name="TokensPerSecond">Of all tenants.</param>
/// <param name="RowsPerStep">On average; null where there was no step.</param>
/// <param name="Accounts">The busiest first.</param>
/// <param name="LatencySeconds">What latencies are taken over: the last minute, or since the server started.</param>
/// <param name="TimeToFirstToken">Of the rows that ended in that time, in seconds.</param>
/// <param name="TimePerOutputToken">Likewise.</param>
internal sealed record StatusReading(
    ServerStatus Status,
    double Seconds,
    TokenRates TokensPerSecond,
    double? RowsPerStep,
    IReadOnlyList<AccountRates> Accounts,
    double LatencySeconds,
    Percentiles TimeToFirstToken,
    Percentiles TimePerOutputToken);
