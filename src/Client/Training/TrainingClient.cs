using CoLA.Client.Calls;
using CoLA.V1;

namespace CoLA.Client.Training;

/// <summary>Opens training sessions, and takes up those that are open.</summary>
public sealed class TrainingClient
{
    private readonly TrainingService.TrainingServiceClient _service;
    private readonly Caller _caller;

    internal TrainingClient(TrainingService.TrainingServiceClient service, Caller caller)
    {
        _service = service;
        _caller = caller;
    }

    /// <summary>Opens a session. A request id that is left empty is made here.</summary>
    /// <exception cref="ColaException">The server refused it.</exception>
    public async Task<TrainingSession> OpenAsync(OpenSessionRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Resume(await _caller.ComputeAsync(_service.OpenSessionAsync, request, timeout, cancellationToken).ConfigureAwait(false));

    /// <summary>Takes up an open session of this tenant, where its name and next sequence number are known.</summary>
    public TrainingSession Resume(Session session) => new(_service, _caller, session);
}
