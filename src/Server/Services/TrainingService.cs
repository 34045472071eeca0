using System.Security.Cryptography;
using System.Text;
using CoLA.Core;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Sessions;
using CoLA.Server.Callers;
using CoLA.Server.Translation;
using CoLA.V1;
using Google.Protobuf;
using Grpc.Core;

namespace CoLA.Server.Services;

/// <summary>The contract's training sessions, on Core's.</summary>
internal sealed class TrainingService(ColaCore core) : V1.TrainingService.TrainingServiceBase
{
    public override async Task<Session> OpenSession(OpenSessionRequest request, ServerCallContext context)
    {
        var mutation = context.Mutation(request.RequestId, request);
        return (await core.Sessions.OpenAsync(mutation, request.ToCore(), context.CancellationToken).ConfigureAwait(false)).ToContract();
    }

    public override async Task<Session> GetSession(GetSessionRequest request, ServerCallContext context)
    {
        var view = await core.Sessions.GetAsync(context.Tenant(), SessionName.Parse(request.Name, "name"), context.CancellationToken)
            .ConfigureAwait(false);
        return view.ToContract();
    }

    public override async Task<TrainStepResponse> TrainStep(TrainStepRequest request, ServerCallContext context)
    {
        var call = CallOf(context, request.Session, request.Sequence, request);
        var batch = request.Examples.ToCore(request.Objective);
        return (await core.Steps.TrainStepAsync(call, batch, context.CancellationToken).ConfigureAwait(false)).ToContract(request.Sequence);
    }

    public override async Task<ForwardBackwardResponse> ForwardBackward(ForwardBackwardRequest request, ServerCallContext context)
    {
        var call = CallOf(context, request.Session, request.Sequence, request);
        var batch = request.Examples.ToCore(request.Objective);
        return (await core.Steps.ForwardBackwardAsync(call, batch, context.CancellationToken).ConfigureAwait(false)).ToForwardBackward(request.Sequence);
    }

    public override async Task<OptimStepResponse> OptimStep(OptimStepRequest request, ServerCallContext context)
    {
        var call = CallOf(context, request.Session, request.Sequence, request);
        return (await core.Steps.OptimStepAsync(call, request.ToCore(), context.CancellationToken).ConfigureAwait(false)).ToContract(request.Sequence);
    }

    public override async Task<EvaluateResponse> Evaluate(EvaluateRequest request, ServerCallContext context)
    {
        var batch = request.Examples.ToCore(new Objective { Loss = request.Loss, Logprobs = request.Logprobs });
        var report = await core.Steps.EvaluateAsync(context.Tenant(), SessionName.Parse(request.Session), batch, context.CancellationToken)
            .ConfigureAwait(false);
        return report.ToEvaluate();
    }

    /// <summary>The calls of the other methods, one after the other as they come, in the name of the stream's caller.</summary>
    public override async Task Train(IAsyncStreamReader<TrainRequest> requestStream, IServerStreamWriter<TrainEvent> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            var request = requestStream.Current;
            TrainEvent made;
            try
            {
                made = await AnswerAsync(request, context).ConfigureAwait(false);
            }
            catch (Rejection rejection)
            {
                made = new TrainEvent { Failure = rejection.ToContract() };
            }

            made.Tag = request.Tag;
            await responseStream.WriteAsync(made, context.CancellationToken).ConfigureAwait(false);
        }
    }

    // What the session must hold is a condition, not what is asked for: a retry may count on less.
    public override async Task<PublishResponse> Publish(PublishRequest request, ServerCallContext context)
    {
        var publication = await core.Sessions.PublishAsync(
            context.Mutation(request.RequestId, new PublishRequest(request) { MinimumSequence = 0 }),
            SessionName.Parse(request.Session),
            new PublishSpec
            {
                Serve = !request.HasServe || request.Serve,
                MakeCurrent = !request.HasMakeCurrent || request.MakeCurrent,
                MinimumSequence = request.MinimumSequence,
            },
            context.CancellationToken).ConfigureAwait(false);
        return publication.ToContract();
    }

    public override async Task<SaveStateResponse> SaveState(SaveStateRequest request, ServerCallContext context)
    {
        var saved = await core.Sessions.SaveStateAsync(
            context.Mutation(request.RequestId, new SaveStateRequest(request) { MinimumSequence = 0 }),
            SessionName.Parse(request.Session),
            request.MinimumSequence,
            context.CancellationToken).ConfigureAwait(false);
        return new SaveStateResponse { State = saved.Name.ToString(), Sequence = saved.Sequence };
    }

    public override async Task<Session> LoadState(LoadStateRequest request, ServerCallContext context)
    {
        var mutation = context.Mutation(request.RequestId, request);
        var session = SessionName.Parse(request.Session);
        var state = NameTranslation.StateOf(session, request.State, "state");
        return (await core.Sessions.LoadStateAsync(mutation, state, context.CancellationToken).ConfigureAwait(false)).ToContract();
    }

    public override async Task<CloseSessionResponse> CloseSession(CloseSessionRequest request, ServerCallContext context)
    {
        await core.Sessions.CloseAsync(
            context.Mutation(request.RequestId, request),
            SessionName.Parse(request.Session),
            context.CancellationToken).ConfigureAwait(false);
        return new CloseSessionResponse();
    }

    private async Task<TrainEvent> AnswerAsync(TrainRequest request, ServerCallContext context) => request.RequestCase switch
    {
        TrainRequest.RequestOneofCase.TrainStep =>
            new TrainEvent { TrainStep = await TrainStep(request.TrainStep, context).ConfigureAwait(false) },
        TrainRequest.RequestOneofCase.ForwardBackward =>
            new TrainEvent { ForwardBackward = await ForwardBackward(request.ForwardBackward, context).ConfigureAwait(false) },
        TrainRequest.RequestOneofCase.OptimStep =>
            new TrainEvent { OptimStep = await OptimStep(request.OptimStep, context).ConfigureAwait(false) },
        TrainRequest.RequestOneofCase.Evaluate =>
            new TrainEvent { Evaluate = await Evaluate(request.Evaluate, context).ConfigureAwait(false) },
        TrainRequest.RequestOneofCase.Publish =>
            new TrainEvent { Publish = await Publish(request.Publish, context).ConfigureAwait(false) },
        TrainRequest.RequestOneofCase.SaveState =>
            new TrainEvent { SaveState = await SaveState(request.SaveState, context).ConfigureAwait(false) },
        TrainRequest.RequestOneofCase.LoadState =>
            new TrainEvent { LoadState = await LoadState(request.LoadState, context).ConfigureAwait(false) },
        _ => throw new InvalidArgumentRejection("request", "is left out"),
    };

    /// <summary>The hash covers the request's kind as well: two kinds can look alike on the wire.</summary>
    private static NumberedCall CallOf(ServerCallContext context, string session, long sequence, IMessage request) => new(
        context.Tenant(),
        SessionName.Parse(session),
        sequence,
        SHA256.HashData([.. Encoding.UTF8.GetBytes(request.Descriptor.FullName), .. request.ToByteArray()]));
}
