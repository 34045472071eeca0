using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Tests.Fakes;

internal sealed class FakeTrainingService(FakeAnswers answers) : TrainingService.TrainingServiceBase
{
    public override Task<Session> OpenSession(OpenSessionRequest request, ServerCallContext context) =>
        Task.FromResult(new Session { Name = "sessions/s1", PoolVersion = "pools/p/versions/1", NextSequence = 1 });

    public override Task<TrainStepResponse> TrainStep(TrainStepRequest request, ServerCallContext context)
    {
        answers.Calls.Enqueue(context.Method);
        return Task.FromResult(answers.TrainStep(request, context));
    }

    public override Task<Session> LoadState(LoadStateRequest request, ServerCallContext context) =>
        Task.FromResult(answers.LoadState(request));

    public override Task<CloseSessionResponse> CloseSession(CloseSessionRequest request, ServerCallContext context)
    {
        answers.Closed.Enqueue(request.Session);
        return Task.FromResult(new CloseSessionResponse());
    }
}
