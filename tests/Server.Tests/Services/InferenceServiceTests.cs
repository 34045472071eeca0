using CoLA.Server.Tests.Fakes;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Server.Tests.Services;

public sealed class InferenceServiceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Generate_Base_StreamsTextTokensAndUsage()
    {
        var row = Examples.Row(Examples.Base(), "hello", 6);
        row.Logprobs = 3;

        var news = await server.Acme.Inference.GenerateAsync(row, cancellationToken: Token).ToListAsync(Token);

        var tokens = news.SelectMany(piece => piece.Tokens).ToList();
        Assert.True(news.Count > 1);
        Assert.Equal(FinishReason.Length, news[^1].FinishReason);
        Assert.Equal(new Usage { PromptTokens = 5, CompletionTokens = 6 }, news[^1].Usage);
        Assert.Equal(6, tokens.Count);
        Assert.All(tokens, token =>
        {
            Assert.Equal(3, token.Top.Count);
            Assert.Equal(token.Id, token.Top[0].Id);
            Assert.Equal(token.Logprob, token.Top[0].Logprob);
            Assert.True(token.Top[0].Logprob >= token.Top[1].Logprob);
        });
    }

    [Fact]
    public async Task Generate_SameSeed_DrawsTheSameTokens()
    {
        var row = Examples.Row(Examples.Base(), "hello", 12);
        row.Sampling = new Sampling { Temperature = 1.5, TopK = 50, TopP = 0.95, MinP = 0.001, RepetitionPenalty = 1.1, Seed = 3 };

        var rows = await server.Acme.Inference.CompleteBatchAsync([row, row, Examples.Row(Examples.Base(), "hello", 12)], cancellationToken: Token);

        Assert.Equal(rows[0].Tokens.Select(token => token.Id), rows[1].Tokens.Select(token => token.Id));
        Assert.NotEqual(rows[0].Tokens.Select(token => token.Id), rows[2].Tokens.Select(token => token.Id));
    }

    [Fact]
    public async Task Generate_StopString_EndsBeforeIt()
    {
        var free = (await server.Acme.Inference.CompleteBatchAsync([Examples.Row(Examples.Base(), "stop here", 12)], cancellationToken: Token))[0];
        var row = Examples.Row(Examples.Base(), "stop here", 12);
        row.Stop.Add(free.Text[2..4]);

        var stopped = (await server.Acme.Inference.CompleteBatchAsync([row], cancellationToken: Token))[0];

        Assert.Equal(FinishReason.StopString, stopped.FinishReason);
        Assert.Equal(free.Text[..free.Text.IndexOf(free.Text[2..4], StringComparison.Ordinal)], stopped.Text);
    }

    [Fact]
    public async Task GenerateBatch_RowsThatFail_FailAlone()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "in-a-batch");
        var good = Examples.Row(Examples.Base());
        var alone = (await server.Acme.Inference.CompleteBatchAsync([good], cancellationToken: Token))[0];

        var rows = await server.Acme.Inference.CompleteBatchAsync(
            [
                new GenerateRow { Prompt = new Prompt { Text = "a" } },
                good,
                Examples.Row(new Source { Task = "tenants/acme/tasks/nobody" }),
                Examples.Row(new Source { TaskVersion = "no name" }),
                Examples.Row(Examples.Task(task)),
                Examples.Row(Examples.Base(), new string('x', 500)),
                Examples.Row(new Source { TaskVersion = task.ServedVersion }),
            ],
            cancellationToken: Token);

        Assert.Equal(
            [
                StatusCode.InvalidArgument, StatusCode.OK, StatusCode.NotFound, StatusCode.InvalidArgument, StatusCode.OK, StatusCode.InvalidArgument,
                StatusCode.OK,
            ],
            rows.Select(row => (StatusCode)(row.Failure?.Code ?? 0)));
        Assert.All(rows.Where(row => row.Failure is not null), row => Assert.Equal(FinishReason.Failed, row.FinishReason));
        Assert.All(new[] { 1, 4, 6 }, place => Assert.Equal(alone.Text, rows[place].Text));
    }

    [Fact]
    public async Task Generate_CallersLeave_IsNoErrorAndNextCallWorks()
    {
        for (var caller = 0; caller < 20; caller++)
        {
            var news = server.Acme.Inference.GenerateAsync(Examples.Row(Examples.Base(), "long", 100), cancellationToken: Token);
            Assert.NotEmpty(await news.Take(1).ToListAsync(Token));
        }

        var row = Assert.Single(await server.Acme.Inference.CompleteBatchAsync([Examples.Row(Examples.Base())], cancellationToken: Token));
        Assert.Null(row.Failure);
    }

    [Fact]
    public async Task Score_Continuations_GivesTheProbabilitiesThatGenerateReports()
    {
        var row = Examples.Row(Examples.Base(), "pick", 2);
        row.Logprobs = 0;
        var generated = (await server.Acme.Inference.CompleteBatchAsync([row], cancellationToken: Token))[0];
        var best = new Continuation { Tokens = new TokenIds { Ids = { generated.Tokens.Select(token => token.Id) } } };
        var prompt = new Prompt { Text = "pick" };

        var scores = (await server.Acme.Inference.ScoreAsync(
            [
                new ScoreRow { Source = Examples.Base(), Prompt = prompt, Continuations = { new Continuation { Text = "zz" }, best } },
                new ScoreRow { Source = Examples.Base(), Prompt = prompt },
                new ScoreRow { Source = Examples.Base(), Prompt = prompt, Continuations = { new Continuation() } },
            ],
            cancellationToken: Token)).Rows;

        Assert.Equal(1, scores[0].Best);
        Assert.Equal(4, scores[0].PromptTokens);
        Assert.Equal(2, scores[0].Continuations[0].Tokens.Count);
        Assert.All(
            generated.Tokens.Zip(scores[0].Continuations[1].Tokens),
            pair => Assert.Equal(pair.First.Logprob, pair.Second.Logprob, 1e-4));
        Assert.Equal(scores[0].Continuations[1].Tokens.Sum(token => token.Logprob), scores[0].Continuations[1].Logprob, 1e-6);
        Assert.All(scores.Skip(1), score => Assert.Equal((int)StatusCode.InvalidArgument, score.Failure.Code));
    }

    [Fact]
    public async Task Generate_Chat_IsRenderedByTheTemplate()
    {
        var chat = new GenerateRow
        {
            Source = Examples.Base(),
            Prompt = new Prompt { Chat = new Chat { Messages = { new ChatMessage { Role = "user", Content = "hi" } } } },
            MaxTokens = 4,
        };
        var text = Examples.Row(Examples.Base(), "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n", 4);

        var rows = await server.Acme.Inference.CompleteBatchAsync([chat, text], cancellationToken: Token);

        Assert.Equal(rows[1].Tokens.Select(token => token.Id), rows[0].Tokens.Select(token => token.Id));
        Assert.Equal(rows[1].Usage, rows[0].Usage);
    }
}
