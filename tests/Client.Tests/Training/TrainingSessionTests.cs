using CoLA.Client.Tests.Fakes;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Client.Tests.Training;

public sealed class TrainingSessionTests
{
    private static readonly Example[] Batch =
        [new Example { Task = "tenants/acme/tasks/t", Tokens = new TokenExample { Ids = { 1, 2 }, Weights = { 0, 1 } } }];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Step_ConnectionDroppedAfterTheStep_StepsOnce()
    {
        var stepped = new HashSet<long>();
        var answers = new FakeAnswers();
        answers.TrainStep = (request, context) =>
        {
            if (stepped.Add(request.Sequence) && request.Sequence == 2)
            {
                FakeServer.Drop(context);
            }

            return new TrainStepResponse { Sequence = request.Sequence, NextSequence = request.Sequence + 1 };
        };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();
        await using var session = await client.Training.OpenAsync(new OpenSessionRequest(), cancellationToken: Token);

        for (var step = 1; step <= 3; step++)
        {
            Assert.Equal(step, (await session.StepAsync(Batch, cancellationToken: Token)).Sequence);
        }

        Assert.Equal([1, 2, 3], stepped.Order());
        Assert.Equal(4, answers.Calls.Count);
        Assert.Equal(4, session.NextSequence);
    }

    [Fact]
    public async Task Step_AttemptsUsedUp_IsTheSameStepWhenCalledAgain()
    {
        var sequences = new List<long>();
        var answers = new FakeAnswers();
        answers.TrainStep = (request, context) =>
        {
            sequences.Add(request.Sequence);
            if (sequences.Count <= 2)
            {
                FakeServer.Drop(context);
            }

            return new TrainStepResponse { Sequence = request.Sequence, NextSequence = request.Sequence + 1 };
        };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client(options => options.Retry.MaximumAttempts = 2);
        await using var session = await client.Training.OpenAsync(new OpenSessionRequest(), cancellationToken: Token);

        var exception = await Assert.ThrowsAsync<ColaException>(() => session.StepAsync(Batch, cancellationToken: Token));
        await session.StepAsync(Batch, cancellationToken: Token);

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Equal([1, 1, 1], sequences);
    }

    [Fact]
    public async Task Step_Refused_DoesNotTakeTheNumber()
    {
        var answers = new FakeAnswers { TrainStep = (_, _) => throw new RpcException(new(StatusCode.InvalidArgument, "examples: is empty")) };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();
        await using var session = await client.Training.OpenAsync(new OpenSessionRequest(), cancellationToken: Token);

        await Assert.ThrowsAsync<ColaException>(() => session.StepAsync([], cancellationToken: Token));

        Assert.Equal(1, session.NextSequence);
        Assert.Single(answers.Calls);
    }

    [Fact]
    public async Task LoadState_AfterARestart_GoesOnFromTheServersNumber()
    {
        var answers = new FakeAnswers
        {
            LoadState = request => new Session
            {
                Name = request.Session,
                NextSequence = 17,
                Tasks = { new SessionTaskState { Task = "tenants/acme/tasks/t", Steps = 16 } },
            },
        };
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();
        await using var session = await client.Training.OpenAsync(new OpenSessionRequest(), cancellationToken: Token);

        await session.LoadStateAsync("sessions/s1/states/1", cancellationToken: Token);

        Assert.Equal(17, (await session.StepAsync(Batch, cancellationToken: Token)).Sequence);
        Assert.Equal(16, session.Tasks.Single().Steps);
    }

    [Fact]
    public async Task Dispose_OpenSession_ClosesItOnce()
    {
        var answers = new FakeAnswers();
        await using var server = await FakeServer.StartAsync(answers);
        using var client = server.Client();
        var session = await client.Training.OpenAsync(new OpenSessionRequest(), cancellationToken: Token);

        await session.DisposeAsync();
        await session.DisposeAsync();

        Assert.Equal(["sessions/s1"], answers.Closed);
    }
}
