using CoLA.Client.Calls;
using CoLA.V1;
using Google.Protobuf.WellKnownTypes;

namespace CoLA.Client.Status;

/// <summary>What the server serves, and how it is doing.</summary>
/// <remarks>Every call may throw <see cref="ColaException"/>.</remarks>
public sealed class StatusClient
{
    private readonly StatusService.StatusServiceClient _service;
    private readonly Caller _caller;

    internal StatusClient(StatusService.StatusServiceClient service, Caller caller)
    {
        _service = service;
        _caller = caller;
    }

    /// <summary>How things stand now.</summary>
    public Task<ServerStatus> GetAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.LookUpAsync(_service.GetStatusAsync, new GetStatusRequest(), timeout, cancellationToken);

    /// <summary>How things stand now, and then at every interval (0.1 s to 1 h, default 1 s) until the enumeration is left: it has no deadline.</summary>
    public IAsyncEnumerable<ServerStatus> WatchAsync(TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        _caller.StreamAsync(
            _service.WatchStatus,
            new WatchStatusRequest { Interval = interval is { } every ? Duration.FromTimeSpan(every) : null },
            Timeout.InfiniteTimeSpan,
            cancellationToken);
}
