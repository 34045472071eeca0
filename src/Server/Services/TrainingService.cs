using System.Security.Cryptography;
using CoLA.Core.Tenancy;
using CoLA.Core.Training;
using CoLA.Server.Tenancy;
using CoLA.Server.Translation;
using CoLA.V1;
using Google.Protobuf;
using Grpc.Core;

namespace CoLA.Server.Services;

/// <summary>The contract's training sessions, on Core's.</summary>
internal sealed class TrainingService(TrainingSessions sessions) : V1.TrainingService.TrainingServiceBase
{
    public override async Task<Session> OpenSession(OpenSessionRequest request, ServerCallContext context)
    {
        var mutation = CallMutation.Of(context, request.RequestId, request);
        return (await sessions.OpenAsync(mutation, request.ToCore(), context.CancellationToken).ConfigureAwait(false)).ToContract();
    }

    public override async Task<TrainStepResponse> TrainStep(TrainStepRequest request, ServerCallContext context)
    {
        var report = await sessions.TrainStepAsync(
            CallTenant.Of(context),
            SessionName.Parse(request.Session),
            request.Sequence,
            SHA256.HashData(request.ToByteArray()),
            request.Examples.ToCore(),
            context.CancellationToken).ConfigureAwait(false);
        return report.ToContract(request.Sequence);
    }

    public override async Task<EvaluateResponse> Evaluate(EvaluateRequest request, ServerCallContext context)
    {
        var losses = await sessions.EvaluateAsync(
            CallTenant.Of(context),
            SessionName.Parse(request.Session),
            request.Examples.ToCore(),
            context.CancellationToken).ConfigureAwait(false);
        return new EvaluateResponse { Tasks = { losses.Select(loss => loss.Value.ToContract(loss.Key)) } };
    }

    public override async Task<PublishResponse> Publish(PublishRequest request, ServerCallContext context)
    {
        var publication = await sessions.PublishAsync(
            CallMutation.Of(context, request.RequestId, request),
            SessionName.Parse(request.Session),
            !request.HasServe || request.Serve,
            !request.HasMakeCurrent || request.MakeCurrent,
            context.CancellationToken).ConfigureAwait(false);
        return publication.ToContract();
    }

    public override async Task<SaveStateResponse> SaveState(SaveStateRequest request, ServerCallContext context)
    {
        var saved = await sessions.SaveStateAsync(
            CallMutation.Of(context, request.RequestId, request),
            SessionName.Parse(request.Session),
            context.CancellationToken).ConfigureAwait(false);
        return new SaveStateResponse { State = saved.Name.ToString(), Sequence = saved.Sequence };
    }

    public override async Task<Session> LoadState(LoadStateRequest request, ServerCallContext context)
    {
        var mutation = CallMutation.Of(context, request.RequestId, request);
        var session = SessionName.Parse(request.Session);
        var state = NameTranslation.StateOf(session, request.State, "state");
        return (await sessions.LoadStateAsync(mutation, state, context.CancellationToken).ConfigureAwait(false)).ToContract();
    }

    public override async Task<CloseSessionResponse> CloseSession(CloseSessionRequest request, ServerCallContext context)
    {
        await sessions.CloseAsync(
            CallMutation.Of(context, request.RequestId, request),
            SessionName.Parse(request.Session),
            context.CancellationToken).ConfigureAwait(false);
        return new CloseSessionResponse();
    }
}
