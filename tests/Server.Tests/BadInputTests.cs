using CoLA.Client;
using CoLA.Client.Training;
using CoLA.Server.Tests.Fakes;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Server.Tests;

/// <summary>Every bad input gets a status and a message of its own, leaves nothing half-done, and the next call works.</summary>
public sealed class BadInputTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 4, 8.0, "spec.m", "0 is not in 1..64")]
    [InlineData(65, 4, 8.0, "spec.m", "65 is not in 1..64")]
    [InlineData(1, 0, 8.0, "spec.rank", "0 is not in 1..256")]
    [InlineData(1, 257, 8.0, "spec.rank", "257 is not in 1..256")]
    [InlineData(1, 4, 0.0, "spec.alpha", "finite number above 0")]
    [InlineData(1, 4, double.NaN, "spec.alpha", "finite number above 0")]
    public async Task CreatePool_OutOfRange_NamesFieldAndRange(int m, int rank, double alpha, string field, string range)
    {
        var request = new CreatePoolRequest { PoolId = "refused", Spec = new PoolSpec { M = m, Rank = rank, Alpha = alpha } };

        var exception = await Refused(() => server.Acme.Pools.CreateAsync(request, cancellationToken: Token), StatusCode.InvalidArgument);

        AssertViolation(exception, field, range);
        var missing = await Assert.ThrowsAsync<ColaException>(() => server.Acme.Pools.GetAsync("pools/refused", cancellationToken: Token));
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task CreatePool_TargetThatNoModelHas_NamesIt()
    {
        var request = new CreatePoolRequest { Spec = new PoolSpec { Targets = { Target.Q, (Target)12 } } };

        var exception = await Refused(() => server.Acme.Pools.CreateAsync(request, cancellationToken: Token), StatusCode.InvalidArgument);

        AssertViolation(exception, "spec.targets[1]", "12 is not known; choose one of Q, K, V, O, GATE, UP, DOWN");
    }

    [Fact]
    public async Task CreatePool_PissaRankAboveTheSmallestSide_IsRefused()
    {
        var request = new CreatePoolRequest { Spec = new PoolSpec { M = 4, Rank = 8, Initialisation = Initialisation.PissaSlices } };

        var exception = await Refused(() => server.Acme.Pools.CreateAsync(request, cancellationToken: Token), StatusCode.InvalidArgument);

        Assert.StartsWith("spec.", Assert.Single(exception.FieldViolations).Field, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Strategy.Full, 0, "spec.n", "0 is not in 1..64")]
    [InlineData(Strategy.Full, 65, "spec.n", "65 is not in 1..64")]
    [InlineData(Strategy.Lora, 1, "spec.n", "M = N = 1")]
    [InlineData(Strategy.Heuristic, 1, "spec.n", "N >= M")]
    [InlineData(Strategy.MoeLora, 1, "spec.n", "N = M")]
    [InlineData(Strategy.Colora, 1, "spec.strategy", "shared_head")]
    [InlineData(
        Strategy.Unspecified, 1, "spec.strategy", "LORA, FULL, HEURISTIC, HEURISTIC_BALANCED, RANDOM, RANDOM_REVERSED, MOE_LORA, HYDRA_LORA, COLORA, ADALORA")]
    public async Task RegisterTask_SpecThatDoesNotFit_NamesFieldAndRule(Strategy strategy, int n, string field, string rule)
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var request = new RegisterTaskRequest { TaskId = "refused", Pool = pool.Name, Spec = new TaskSpec { Strategy = strategy, N = n } };

        var exception = await Refused(() => server.Acme.Tasks.RegisterAsync(request, cancellationToken: Token), StatusCode.InvalidArgument);

        AssertViolation(exception, field, rule);
        var missing = await Assert.ThrowsAsync<ColaException>(() => server.Acme.Tasks.GetAsync("tenants/acme/tasks/refused", cancellationToken: Token));
        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task OpenSession_SettingsOutOfRange_NamesEachField()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "bad-settings");
        var request = Examples.Session(pool, task);
        request.Tasks[0].Dropout = 1;
        request.Tasks[0].Optimizer.HeadRatio = -1;

        var exception = await Refused(() => server.Acme.Training.OpenAsync(request, cancellationToken: Token), StatusCode.InvalidArgument);

        Assert.Equal(["tasks[0].optimizer.head_ratio", "tasks[0].dropout"], exception.FieldViolations.Select(violation => violation.Field));
    }

    [Fact]
    public async Task TrainStep_BadExamples_AreRefusedAndTheStepsNumberIsFree()
    {
        var (task, session) = await OpenSession("bad-examples");
        await using var owned = session;
        Example Tokens(int[] ids, float[] weights) => new() { Task = task.Name, Tokens = new TokenExample { Ids = { ids }, Weights = { weights } } };
        (Example[] Batch, string Field, string Says)[] cases =
        [
            ([], "examples", "empty"),
            ([new Example { Task = "tenants/acme/tasks/unknown", Completion = new CompletionExample() }], "examples[0].task", "unknown"),
            ([new Example { Task = task.Name }], "examples[0]", "completion, chat, instruction, tokens"),
            ([Examples.Of(task, "a", "b"), Examples.Of(task, new string('x', 200), "b")], "examples[1]", "context is 128"),
            ([Tokens([1, 2], [0, float.NaN])], "examples[0].tokens.weights", "finite"),
            ([Tokens([1, 2], [0, -1])], "examples[0].tokens.weights", "at least 0"),
            ([Tokens([1, 2, 3], [0, 1])], "examples[0].tokens.weights", "2 entries for 3 ids"),
            ([Tokens([1, 260], [0, 1])], "examples[0].tokens.ids", "0..259"),
            ([Tokens([1], [1])], "examples[0]", "at least 2"),
        ];

        foreach (var (batch, field, says) in cases)
        {
            var exception = await Refused(() => session.StepAsync(batch, cancellationToken: Token), StatusCode.InvalidArgument);
            AssertViolation(exception, field, says);
        }

        Assert.Equal(1, (await session.StepAsync([Examples.Of(task, "a", "b")], cancellationToken: Token)).Tasks.Single().Step);
    }

    [Fact]
    public async Task TrainStep_LossThatIsNotFinite_IsRefusedAndChangesNothing()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "explodes");
        var request = Examples.Session(pool, task);
        request.Tasks[0].Optimizer.LearningRate = 1e30;
        await using var session = await server.Acme.Training.OpenAsync(request, cancellationToken: Token);
        Example[] batch = [Examples.Of(task, "a", "b")];
        await session.StepAsync(batch, cancellationToken: Token);
        var saved = await session.SaveStateAsync(cancellationToken: Token);

        var exception = await Refused(() => session.StepAsync(batch, cancellationToken: Token), StatusCode.FailedPrecondition);

        Assert.Contains(task.Name, exception.Message, StringComparison.Ordinal);
        Assert.Contains("not finite", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, session.NextSequence);
        await session.LoadStateAsync(saved.State, cancellationToken: Token);
        Assert.Equal(1, session.Tasks.Single().Steps);
    }

    [Fact]
    public async Task OpenSession_SettingsOutOfRange_AreAllNamed()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "settings");
        var request = Examples.Session(pool, task);
        request.Tasks[0].Optimizer = new AdamW { LearningRate = -1, Beta1 = 1, Schedule = new Schedule { Kind = ScheduleKind.Linear } };
        request.PoolOptimizer.MaxGradientNorm = 0;

        var exception = await Refused(() => server.Acme.Training.OpenAsync(request, cancellationToken: Token), StatusCode.InvalidArgument);

        Assert.Equal(
            ["tasks[0].optimizer.learning_rate", "tasks[0].optimizer.beta1", "tasks[0].optimizer.schedule.total_steps", "pool_optimizer.max_gradient_norm"],
            exception.FieldViolations.Select(violation => violation.Field));
        await using var session = await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
    }

    [Fact]
    public async Task Generate_BadRows_AreRefusedWithFieldAndRange()
    {
        (Action<GenerateRow> Spoil, StatusCode Code, string Field, string Says)[] cases =
        [
            (row => row.MaxTokens = 1L << 31, StatusCode.InvalidArgument, "max_tokens", "2147483648 is not in 1..128"),
            (row => row.MaxTokens = 0, StatusCode.InvalidArgument, "max_tokens", "0 is not in 1..128"),
            (row => row.Prompt = new Prompt { Text = "" }, StatusCode.InvalidArgument, "prompt", "no tokens"),
            (row => row.Prompt = new Prompt { Text = new string('x', 128) }, StatusCode.InvalidArgument, "prompt", "128 tokens"),
            (row => row.Prompt = new Prompt { Tokens = new TokenIds { Ids = { 5, -1 } } }, StatusCode.InvalidArgument, "prompt", "-1 is not in the vocabulary"),
            (row => row.Prompt = null, StatusCode.InvalidArgument, "prompt", "left out"),
            (row => row.Source = null, StatusCode.InvalidArgument, "source", "left out"),
            (row => row.Source = new Source { Task = "support" }, StatusCode.InvalidArgument, "source.task", "tenants/TENANT/tasks/TASK"),
            (row => row.Sampling = new Sampling { Temperature = -1 }, StatusCode.InvalidArgument, "sampling.temperature", "-1"),
            (row => row.Sampling = new Sampling { TopP = 0 }, StatusCode.InvalidArgument, "sampling.top_p", "(0, 1]"),
            (row => row.Logprobs = 21, StatusCode.InvalidArgument, "logprobs", "0..20"),
            (row => row.Stop.Add(""), StatusCode.InvalidArgument, "stop", "none of them empty"),
        ];

        foreach (var (spoil, code, field, says) in cases)
        {
            var row = Examples.Row(Examples.Base());
            spoil(row);
            var exception = await Refused(() => server.Acme.Inference.GenerateAsync(row, cancellationToken: Token).ToListAsync(Token).AsTask(), code);
            AssertViolation(exception, field, says);
        }
    }

    [Fact]
    public async Task Inference_EmptyBatch_IsRefused()
    {
        var generate = await Refused(() => server.Acme.Inference.CompleteBatchAsync([], cancellationToken: Token), StatusCode.InvalidArgument);
        var score = await Refused(() => server.Acme.Inference.ScoreAsync([], cancellationToken: Token), StatusCode.InvalidArgument);

        AssertViolation(generate, "rows", "empty");
        AssertViolation(score, "rows", "empty");
    }

    [Fact]
    public async Task Generate_UnknownTask_IsNotFound()
    {
        var row = Examples.Row(new Source { Task = "tenants/acme/tasks/nobody" });

        var exception = await Refused(
            () => server.Acme.Inference.GenerateAsync(row, cancellationToken: Token).ToListAsync(Token).AsTask(), StatusCode.NotFound);

        Assert.Contains("tenants/acme/tasks/nobody", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_PromptThatIsNotUtf8_NamesFieldAndByte()
    {
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(server.Address);
        var raw = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
        var method = new Method<byte[], byte[]>(MethodType.ServerStreaming, "cola.v1.InferenceService", "Generate", raw, raw);

        // GenerateRequest { row { prompt { text: "h" and a byte that begins no character } } }
        byte[] request = [0x0A, 0x06, 0x12, 0x04, 0x0A, 0x02, (byte)'h', 0xFF];

        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(
                method, null, new CallOptions(new Metadata { { "cola-tenant", "acme" } }, cancellationToken: Token), request);
            await call.ResponseStream.MoveNext(Token);
        });

        Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
        Assert.Contains("row.prompt.text: is not UTF-8: the byte 0xFF at position 1", exception.Status.Detail, StringComparison.Ordinal);
        await Refused(() => server.Acme.Inference.CompleteBatchAsync([], cancellationToken: Token), StatusCode.InvalidArgument);
    }

    [Theory]
    [InlineData()]
    [InlineData("acme", "other")]
    [InlineData("Not An Id")]
    public async Task AnyCall_WithoutOneTenant_IsRefused(params string[] tenants)
    {
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(server.Address);
        var metadata = new Metadata();
        foreach (var tenant in tenants)
        {
            metadata.Add("cola-tenant", tenant);
        }

        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
            await new PoolService.PoolServiceClient(channel).ListPoolsAsync(new ListPoolsRequest(), metadata, cancellationToken: Token));

        Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
        Assert.Contains("cola-tenant", exception.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyChange_WithoutRequestId_IsRefused()
    {
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(server.Address);

        var exception = await Assert.ThrowsAsync<RpcException>(async () => await new PoolService.PoolServiceClient(channel).CreatePoolAsync(
            new CreatePoolRequest(), new Metadata { { "cola-tenant", "acme" } }, cancellationToken: Token));

        Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
        Assert.Contains("request_id", exception.Status.Detail, StringComparison.Ordinal);
    }

    private static void AssertViolation(ColaException exception, string field, string says)
    {
        Assert.Contains(exception.FieldViolations, violation =>
            violation.Field == field && violation.Description.Contains(says, StringComparison.Ordinal));
    }

    /// <summary>The call is refused with the code, and the next call works.</summary>
    private async Task<ColaException> Refused(Func<Task> call, StatusCode code)
    {
        var exception = await Assert.ThrowsAsync<ColaException>(call);
        Assert.Equal(code, exception.StatusCode);
        var next = await server.Acme.Inference.GenerateAsync(Examples.Row(Examples.Base()), cancellationToken: Token).ToListAsync(Token);
        Assert.NotEqual(FinishReason.Failed, next[^1].FinishReason);
        return exception;
    }

    private async Task<(TenantTask Task, TrainingSession Session)> OpenSession(string id)
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, id);
        return (task, await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token));
    }
}
