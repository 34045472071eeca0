using CoLA.Core.Inference;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Sequences;
using CoLA.Core.Tokens;
using CoLA.Server.Interceptors;

namespace CoLA.Server.Translation;

/// <summary>Rows to generate and to score, and what becomes of them, between the contract and Core. Paths begin at the row.</summary>
internal static class InferenceTranslation
{
    public static GenerationRow ToCore(this V1.GenerateRow row) => new(
        ToCore(row.Source),
        ToCore(row.Prompt),
        ToCore(row.Sampling),
        row.Stop,
        row.HasMaxTokens ? row.MaxTokens : null,
        row.HasLogprobs ? row.Logprobs : null,
        row.Deterministic);

    public static ScoreRow ToCore(this V1.ScoreRow row) => new(
        ToCore(row.Source),
        ToCore(row.Prompt),
        [.. row.Continuations.Select((continuation, index) => ToCore(continuation, $"continuations[{index}]"))]);

    /// <param name="news">What Core tells of a row.</param>
    /// <param name="row">The row's place in the request.</param>
    /// <param name="tokenizer">Gives tokens their text; null for a model without one.</param>
    public static V1.GenerateResponse ToContract(this GenerationEvent news, int row, Tokenizer? tokenizer)
    {
        var response = new V1.GenerateResponse
        {
            Row = row,
            Text = news.Text,
            Tokens = { news.Tokens.Select(token => ToContract(token, tokenizer)) },
        };
        if (news.Finish is { } finish)
        {
            response.FinishReason = EnumTranslation.FinishReasons.ToContract(finish.Reason);
            response.Failure = finish.Failure is { } failure ? ToContract(failure) : null;
            response.Usage = new V1.Usage { PromptTokens = finish.PromptTokens, CompletionTokens = finish.CompletionTokens };
        }

        return response;
    }

    /// <summary>The last news of a row that never began.</summary>
    public static V1.GenerateResponse ToGenerateResponse(this Rejection rejection, int row) => new()
    {
        Row = row,
        FinishReason = V1.FinishReason.Failed,
        Failure = ToContract(rejection),
        Usage = new V1.Usage(),
    };

    public static V1.RowScore ToContract(this RowScore score) => new()
    {
        Continuations =
        {
            score.Continuations.Select(continuation => new V1.ContinuationScore
            {
                Logprob = continuation.LogProbability,
                Tokens = { continuation.Tokens.Select(token => new V1.ScoredToken { Id = token.Id, Logprob = token.LogProbability }) },
            }),
        },
        Best = score.Best,
        Failure = score.Failure is { } failure ? ToContract(failure) : null,
        PromptTokens = score.PromptTokens,
    };

    private static ModelSource ToCore(V1.Source? source)
    {
        switch (source?.SourceCase)
        {
            case V1.Source.SourceOneofCase.Base:
                return ModelSource.Base;
            case V1.Source.SourceOneofCase.Task:
                return new ModelSource(TaskName.Parse(source.Task, "source.task"), null);
            case V1.Source.SourceOneofCase.TaskVersion:
                var version = TaskVersionName.Parse(source.TaskVersion, "source.task_version");
                return new ModelSource(version.Task, version.Number);
            case V1.Source.SourceOneofCase.WorkingCopy:
                var copy = source.WorkingCopy;
                return new ModelSource(
                    TaskName.Parse(copy.Task, "source.working_copy.task"), null, SessionName.Parse(copy.Session, "source.working_copy.session"));
            default:
                throw new InvalidArgumentRejection("source", "is left out; name base, task, task_version or working_copy");
        }
    }

    private static Prompt ToCore(V1.Prompt? prompt) => prompt?.PromptCase switch
    {
        V1.Prompt.PromptOneofCase.Text => new TextPrompt(prompt.Text),
        V1.Prompt.PromptOneofCase.Chat => new ChatPrompt(prompt.Chat.ToCore()),
        V1.Prompt.PromptOneofCase.Tokens => new TokenPrompt(prompt.Tokens.Ids),
        _ => throw new InvalidArgumentRejection("prompt", "is left out; give text, chat or tokens"),
    };

    private static SamplingOptions ToCore(V1.Sampling? sampling)
    {
        var greedy = SamplingOptions.Greedy;
        return sampling is null
            ? greedy
            : new SamplingOptions(
                sampling.HasRepetitionPenalty ? sampling.RepetitionPenalty : greedy.RepetitionPenalty,
                sampling.HasTemperature ? sampling.Temperature : greedy.Temperature,
                sampling.HasTopK ? sampling.TopK : greedy.TopK,
                sampling.HasTopP ? sampling.TopP : greedy.TopP,
                sampling.HasMinP ? sampling.MinP : greedy.MinP,
                sampling.HasSeed ? sampling.Seed : null);
    }

    private static Continuation ToCore(V1.Continuation continuation, string field) => continuation.ContinuationCase switch
    {
        V1.Continuation.ContinuationOneofCase.Text => new TextContinuation(continuation.Text),
        V1.Continuation.ContinuationOneofCase.Tokens => new TokenContinuation(continuation.Tokens.Ids),
        _ => throw new InvalidArgumentRejection(field, "is empty; give text or tokens"),
    };

    private static V1.GeneratedToken ToContract(GeneratedToken token, Tokenizer? tokenizer)
    {
        var contract = new V1.GeneratedToken
        {
            Id = token.Id,
            Top =
            {
                token.Top.Select(other => new V1.TokenLogprob
                {
                    Id = other.Id,
                    Text = tokenizer?.Decode([other.Id], skipSpecialTokens: false) ?? "",
                    Logprob = other.LogProbability,
                }),
            },
        };
        if (token.LogProbability is { } logprob)
        {
            contract.Logprob = logprob;
        }

        return contract;
    }

    public static V1.Failure ToContract(this Rejection rejection)
    {
        var status = RejectionStatus.Of(rejection);
        return new V1.Failure { Code = status.Code, Message = status.Message };
    }
}
