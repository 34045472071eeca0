using CoLA.Core;
using CoLA.Core.Inference;
using CoLA.Core.Rejections;
using CoLA.Server.Callers;
using CoLA.Server.Translation;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Server.Services;

/// <summary>The contract's generation and scoring, on Core's.</summary>
internal sealed class InferenceService(ColaCore core) : V1.InferenceService.InferenceServiceBase
{
    public override async Task Generate(GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        var tenant = context.Tenant();
        var row = (request.Row ?? throw new InvalidArgumentRejection("row", "is left out")).ToCore();
        await foreach (var news in core.Generation.RunAsync(tenant, [row], context.CancellationToken).ConfigureAwait(false))
        {
            if (news.Finish?.Failure is { } failure)
            {
                throw failure;
            }

            await responseStream.WriteAsync(news.ToContract(0, core.Model.Tokenizer), context.CancellationToken).ConfigureAwait(false);
        }
    }

    public override async Task GenerateBatch(GenerateBatchRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        var tenant = context.Tenant();
        var rows = TranslatedRows<GenerationRow>.Of(request.Rows, row => row.ToCore());
        foreach (var (place, rejection) in rows.Failures)
        {
            await responseStream.WriteAsync(rejection.ToGenerateResponse(place), context.CancellationToken).ConfigureAwait(false);
        }

        if (rows.AllFailed)
        {
            return;
        }

        await foreach (var news in core.Generation.RunAsync(tenant, rows.Rows, context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(news.ToContract(rows.Places[news.Row], core.Model.Tokenizer), context.CancellationToken).ConfigureAwait(false);
        }
    }

    public override async Task<ScoreResponse> Score(ScoreRequest request, ServerCallContext context)
    {
        var tenant = context.Tenant();
        var rows = TranslatedRows<Core.Inference.ScoreRow>.Of(request.Rows, row => row.ToCore());
        var scores = new V1.RowScore[request.Rows.Count];
        foreach (var (place, rejection) in rows.Failures)
        {
            scores[place] = new Core.Inference.RowScore([], 0, rejection).ToContract();
        }

        if (!rows.AllFailed)
        {
            var scored = await core.Scoring.RunAsync(tenant, rows.Rows, context.CancellationToken).ConfigureAwait(false);
            foreach (var (place, score) in rows.Places.Zip(scored))
            {
                scores[place] = score.ToContract();
            }
        }

        return new ScoreResponse { Rows = { scores } };
    }
}
