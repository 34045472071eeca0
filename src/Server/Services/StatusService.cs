using CoLA.Core;
using CoLA.Core.Rejections;
using CoLA.Server.Callers;
using CoLA.Server.Settings;
using CoLA.Server.Telemetry;
using CoLA.Server.Translation;
using CoLA.V1;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CoLA.Server.Services;

/// <summary>The contract's status of the server, from its instruments.</summary>
internal sealed class StatusService(
    ColaCore core,
    InstrumentReader instruments,
    IOptions<ServerOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time) : V1.StatusService.StatusServiceBase
{
    private readonly long _started = time.GetTimestamp();

    public override Task<ServerStatus> GetStatus(GetStatusRequest request, ServerCallContext context) => Task.FromResult(Status(ViewerOf(context)));

    public override async Task WatchStatus(WatchStatusRequest request, IServerStreamWriter<ServerStatus> responseStream, ServerCallContext context)
    {
        var viewer = ViewerOf(context);
        using var timer = new PeriodicTimer(request.Interval.ToInterval(), time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            do
            {
                await responseStream.WriteAsync(Status(viewer), end.Token).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(end.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // A server waits for its calls to end before it does, and this one has no end of its own.
            throw new PreconditionRejection("the server is stopping");
        }
    }

    private ServerStatus Status(string? viewer) => instruments.Read().ToContract(core.Model, time.GetElapsedTime(_started), viewer);

    /// <summary>Whose tokens the caller sees by task; null for everybody's.</summary>
    private string? ViewerOf(ServerCallContext context) => context.Tenant().Value is var tenant && tenant == options.Value.Operator ? null : tenant;
}
