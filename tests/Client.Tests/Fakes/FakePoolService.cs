using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Tests.Fakes;

internal sealed class FakePoolService(FakeAnswers answers) : PoolService.PoolServiceBase
{
    public override Task<Pool> CreatePool(CreatePoolRequest request, ServerCallContext context)
    {
        answers.Calls.Enqueue(context.Method);
        return Task.FromResult(answers.CreatePool(request, context));
    }

    public override Task<Pool> GetPool(GetPoolRequest request, ServerCallContext context)
    {
        answers.Calls.Enqueue(context.Method);
        return answers.GetPool(request, context);
    }

    public override Task<ListPoolsResponse> ListPools(ListPoolsRequest request, ServerCallContext context) =>
        Task.FromResult(answers.ListPools(request));
}
