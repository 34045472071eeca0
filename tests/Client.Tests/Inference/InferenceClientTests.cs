using CoLA.Client.Tests.Fakes;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Tests.Inference;

public sealed class InferenceClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Generate_ConnectionDroppedBeforeAnythingArrived_IsTriedAgain()
    {
        var answers = new FakeAnswers();
        answers.Generate = async (stream, context) =>
        {
            if (answers.Calls.Count == 1)
            {
                FakeServer.Drop(context);
                return;
            }

            await stream.WriteAsync(new GenerateResponse { Text = "a", FinishReason = FinishReason.Stop });
        };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();

        var texts = await client.Inference.GenerateAsync(new GenerateRow(), cancellationToken: Token).Select(response => response.Text).ToListAsync(Token);

        Assert.Equal(["a"], texts);
        Assert.Equal(2, answers.Calls.Count);
    }

    [Fact]
    public async Task Generate_ConnectionDroppedAfterAMessage_IsNotTriedAgain()
    {
        var answers = new FakeAnswers();
        var received = new TaskCompletionSource();
        answers.Generate = async (stream, context) =>
        {
            await stream.WriteAsync(new GenerateResponse { Text = "a" });
            await received.Task;
            FakeServer.Drop(context);
        };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();
        var texts = new List<string>();

        var exception = await Assert.ThrowsAsync<ColaException>(async () =>
        {
            await foreach (var response in client.Inference.GenerateAsync(new GenerateRow(), cancellationToken: Token))
            {
                texts.Add(response.Text);
                received.SetResult();
            }
        });

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Equal(["a"], texts);
        Assert.Single(answers.Calls);
    }

    [Fact]
    public async Task Generate_LeftEarly_CancelsTheCall()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await FakeServer.StartAsync(new FakeAnswers
        {
            Generate = async (stream, context) =>
            {
                context.CancellationToken.Register(cancelled.SetResult);
                await stream.WriteAsync(new GenerateResponse { Text = "a" });
                await cancelled.Task;
            },
        });
        using var client = server.Client();

        await foreach (var response in client.Inference.GenerateAsync(new GenerateRow(), cancellationToken: Token))
        {
            break;
        }

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task CompleteBatch_RowsInterleaved_PutsEachTogether()
    {
        GenerateResponse[] pieces =
        [
            new() { Row = 1, Text = "x", Tokens = { new GeneratedToken { Id = 7 } } },
            new() { Row = 0, Text = "a", Tokens = { new GeneratedToken { Id = 1 } } },
            new() { Row = 1, FinishReason = FinishReason.Failed, Failure = new Failure { Code = 3, Message = "too long" } },
            new()
            {
                Row = 0,
                Text = "b",
                Tokens = { new GeneratedToken { Id = 2 } },
                FinishReason = FinishReason.Stop,
                Usage = new Usage { CompletionTokens = 2 },
            },
        ];
        await using var server = await FakeServer.StartAsync(new FakeAnswers
        {
            Generate = async (stream, _) =>
            {
                foreach (var piece in pieces)
                {
                    await stream.WriteAsync(piece);
                }
            },
        });
        using var client = server.Client();

        var rows = await client.Inference.CompleteBatchAsync([new GenerateRow(), new GenerateRow()], cancellationToken: Token);

        Assert.Equal("ab", rows[0].Text);
        Assert.Equal([1, 2], rows[0].Tokens.Select(token => token.Id));
        Assert.Equal(FinishReason.Stop, rows[0].FinishReason);
        Assert.Equal(2, rows[0].Usage.CompletionTokens);
        Assert.Equal("x", rows[1].Text);
        Assert.Equal("too long", rows[1].Failure!.Message);
    }
}
