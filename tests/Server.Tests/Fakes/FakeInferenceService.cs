using CoLA.V1;
using Grpc.Core;

namespace CoLA.Server.Tests.Fakes;

/// <summary>A service of the contract that does what a test tells it.</summary>
internal sealed class FakeInferenceService : InferenceService.InferenceServiceBase
{
    public Func<ScoreRequest, ServerCallContext, Task<ScoreResponse>> OnScore { get; set; } = (_, _) => Task.FromResult(new ScoreResponse());

    public Func<GenerateRequest, IServerStreamWriter<GenerateResponse>, ServerCallContext, Task> OnGenerate { get; set; } = (_, _, _) => Task.CompletedTask;

    public override Task<ScoreResponse> Score(ScoreRequest request, ServerCallContext context) => OnScore(request, context);

    public override Task Generate(GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context) =>
        OnGenerate(request, responseStream, context);
}
