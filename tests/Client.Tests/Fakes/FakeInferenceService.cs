using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Tests.Fakes;

internal sealed class FakeInferenceService(FakeAnswers answers) : InferenceService.InferenceServiceBase
{
    public override Task Generate(GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        answers.Calls.Enqueue(context.Method);
        return answers.Generate(responseStream, context);
    }

    public override Task GenerateBatch(GenerateBatchRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context) =>
        answers.Generate(responseStream, context);
}
