using CoLA.Client;
using CoLA.Client.Training;
using CoLA.Server.Tests.Fakes;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Server.Tests.Services;

public sealed class TrainingServiceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_TwoTasks_TrainsPublishesAndServesWhatItTrained()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var first = await ServerFixture.RegisterTask(server.Acme, pool, "first");
        var second = await ServerFixture.RegisterTask(server.Acme, pool, "second");
        Example[] batch = [Examples.Of(first, "sky:", " blue"), Examples.Of(second, "sky:", " grey")];
        await using var session = await server.Acme.Training.OpenAsync(Examples.Session(pool, first, second), cancellationToken: Token);
        var before = await session.EvaluateAsync(batch, cancellationToken: Token);

        TrainStepResponse step = new();
        for (var count = 1; count <= 30; count++)
        {
            step = await session.StepAsync(batch, cancellationToken: Token);
        }

        var after = await session.EvaluateAsync(batch, cancellationToken: Token);
        var served = await session.PublishAsync(cancellationToken: Token);

        Assert.Equal((30, 31), (step.Sequence, step.NextSequence));
        Assert.Equal([first.Name, second.Name], step.Tasks.Select(task => task.Task));
        Assert.All(step.Tasks, task =>
        {
            Assert.Equal(30, task.Step);
            Assert.Equal(6, task.LabelledTokens);
            Assert.Equal(6, task.Weight);
            Assert.Equal(0.01, task.LearningRate);
            Assert.True(task.GradientNorm > 0);
        });
        Assert.Equal(30, step.Pool.Step);
        Assert.Equal(20, step.Tokens);
        Assert.All(before.Tasks.Zip(after.Tasks), pair => Assert.True(pair.Second.LossSum < pair.First.LossSum / 2));
        Assert.Equal($"{pool.Name}/versions/2", served.PoolVersion);
        Assert.All(served.Tasks, task => Assert.True(task.Served));
        Assert.Equal($"{pool.Name}/versions/2", (await server.Acme.Pools.GetAsync(pool.Name, cancellationToken: Token)).CurrentVersion);
        var rows = await server.Acme.Inference.CompleteBatchAsync(
            [Examples.Row(Examples.Task(first), "sky:", 5), Examples.Row(Examples.Task(second), "sky:", 5), Examples.Row(Examples.Base(), "sky:", 5)],
            cancellationToken: Token);
        Assert.Equal([" blue", " grey"], rows.Take(2).Select(row => row.Text));
        Assert.NotEqual(" blue", rows[2].Text);
        var back = await server.Acme.Tasks.SetServedVersionAsync(new SetServedVersionRequest { Version = first.ServedVersion }, cancellationToken: Token);
        Assert.Equal(first.ServedVersion, back.ServedVersion);
        var rolled = await server.Acme.Inference.CompleteBatchAsync([Examples.Row(Examples.Task(first), "sky:", 5)], cancellationToken: Token);
        Assert.Equal(rows[2].Text, rolled[0].Text);
    }

    [Fact]
    public async Task TrainStep_SentAgain_ReturnsTheReplyAndStepsOnce()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "once");
        await using var opened = await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(server.Address);
        var service = new TrainingService.TrainingServiceClient(channel);
        var tenant = new Metadata { { "cola-tenant", "acme" } };
        var request = new TrainStepRequest { Session = opened.Name, Sequence = 1, Examples = { Examples.Of(task, "a", "b") } };

        var first = await service.TrainStepAsync(request, tenant, cancellationToken: Token);
        var again = await service.TrainStepAsync(request, tenant, cancellationToken: Token);
        var changed = request.Clone();
        changed.Examples[0].Completion.Completion = "c";
        var other = await Assert.ThrowsAsync<RpcException>(async () => await service.TrainStepAsync(changed, tenant, cancellationToken: Token));
        changed.Sequence = 7;
        var skipped = await Assert.ThrowsAsync<RpcException>(async () => await service.TrainStepAsync(changed, tenant, cancellationToken: Token));
        changed.Sequence = 2;
        var second = await service.TrainStepAsync(changed, tenant, cancellationToken: Token);

        Assert.Equal(first, again);
        Assert.Equal(StatusCode.InvalidArgument, other.StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition, skipped.StatusCode);
        Assert.Contains("sequence 2", skipped.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(2, second.Tasks.Single().Step);
    }

    [Fact]
    public async Task Session_SavedAndTheServerRestarted_GoesOnAsIfItHadNotStopped()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "resumed");
        Example[] batch = [Examples.Of(task, "one", " two")];
        var session = await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
        await session.StepAsync(batch, cancellationToken: Token);
        await session.StepAsync(batch, cancellationToken: Token);
        var saved = await session.SaveStateAsync(cancellationToken: Token);
        var third = await session.StepAsync(batch, cancellationToken: Token);

        await server.RestartAsync();
        var resumed = server.Acme.Training.Resume(new Session { Name = session.Name, NextSequence = 4 });
        var refused = await Assert.ThrowsAsync<ColaException>(() => resumed.StepAsync(batch, cancellationToken: Token));
        await resumed.LoadStateAsync(saved.State, cancellationToken: Token);
        var again = await resumed.StepAsync(batch, cancellationToken: Token);
        await resumed.DisposeAsync();

        Assert.Equal(2, saved.Sequence);
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("sequence 3", refused.Message, StringComparison.Ordinal);
        Assert.Equal(third, again);
    }

    [Fact]
    public async Task Session_SetBackByARestart_DoesNotPublishOrSaveWhatItsCallerDoesNotCountOn()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "set-back");
        var session = await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
        await session.StepAsync([Examples.Of(task, "one", " two")], cancellationToken: Token);
        await session.SaveStateAsync(cancellationToken: Token);
        await session.StepAsync([Examples.Of(task, "one", " two")], cancellationToken: Token);
        var published = await session.PublishAsync(requestId: "set-back-1", cancellationToken: Token);

        await server.RestartAsync();
        var resumed = server.Acme.Training.Resume(new Session { Name = session.Name, NextSequence = session.NextSequence });
        Func<Task>[] calls = [() => resumed.PublishAsync(cancellationToken: Token), () => resumed.SaveStateAsync(cancellationToken: Token)];
        foreach (var call in calls)
        {
            var refused = await Assert.ThrowsAsync<ColaException>(call);
            Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
            Assert.Contains("stands at sequence 1, before 2", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(published, await resumed.PublishAsync(requestId: "set-back-1", cancellationToken: Token));
        await resumed.RefreshAsync(cancellationToken: Token);
        Assert.Equal(published, await resumed.PublishAsync(requestId: "set-back-1", cancellationToken: Token));
        Assert.Equal(1, (await resumed.SaveStateAsync(cancellationToken: Token)).Sequence);
        Assert.Equal($"{task.Name}/versions/3", (await resumed.PublishAsync(cancellationToken: Token)).Tasks.Single().Version);
        await resumed.DisposeAsync();
    }

    [Fact]
    public async Task Session_OfAnotherTenant_IsNotFound()
    {
        using var other = server.As("onlooker");
        var pool = await ServerFixture.CreatePool(server.Acme, ServerFixture.Public());
        var task = await ServerFixture.RegisterTask(
            server.Acme, pool, "private-session", ServerFixture.Grant(other, Permission.Train, Permission.Publish, Permission.Generate));
        await using var session = await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
        var seen = other.Training.Resume(new Session { Name = session.Name, NextSequence = 1 });

        Func<Task>[] calls =
        [
            () => seen.StepAsync([Examples.Of(task, "a", "b")], cancellationToken: Token),
            () => seen.EvaluateAsync([Examples.Of(task, "a", "b")], cancellationToken: Token),
            () => seen.ForwardBackwardAsync([Examples.Of(task, "a", "b")], cancellationToken: Token),
            () => seen.OptimStepAsync(cancellationToken: Token),
            () => seen.RefreshAsync(cancellationToken: Token),
            () => seen.PublishAsync(cancellationToken: Token),
            () => seen.SaveStateAsync(cancellationToken: Token),
            () => seen.LoadStateAsync($"{session.Name}/states/1", cancellationToken: Token),
            () => seen.CloseAsync(cancellationToken: Token),
        ];
        foreach (var call in calls)
        {
            Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<ColaException>(call)).StatusCode);
        }
    }

    [Fact]
    public async Task Session_OfGrantedTasks_PublishesWhatItMayAndLosesWhatIsRevoked()
    {
        using var platform = server.As("platform");
        var pool = await ServerFixture.CreatePool(platform, ServerFixture.Public());
        var switched = await ServerFixture.RegisterTask(server.Acme, pool, "switched", ServerFixture.Grant(platform, Permission.Train, Permission.Publish));
        var listed = await ServerFixture.RegisterTask(server.Acme, pool, "listed", ServerFixture.Grant(platform, Permission.Train));
        await using var session = await platform.Training.OpenAsync(Examples.Session(pool, switched, listed), cancellationToken: Token);
        var taken = await Assert.ThrowsAsync<ColaException>(() => server.Acme.Training.OpenAsync(Examples.Session(pool, listed), cancellationToken: Token));

        var publication = await session.PublishAsync(cancellationToken: Token);
        await server.Acme.Tasks.UpdateAsync(new UpdateTaskRequest { Name = listed.Name, Grants = new GrantList() }, cancellationToken: Token);
        var revoked = await Assert.ThrowsAsync<ColaException>(() => session.StepAsync([Examples.Of(listed, "a", "b")], cancellationToken: Token));
        await session.StepAsync([Examples.Of(switched, "a", "b")], cancellationToken: Token);

        Assert.Equal(StatusCode.FailedPrecondition, taken.StatusCode);
        Assert.Equal([(switched.Name, true), (listed.Name, false)], publication.Tasks.Select(task => (task.Task, task.Served)));
        Assert.Equal(listed.ServedVersion, (await server.Acme.Tasks.GetAsync(listed.Name, cancellationToken: Token)).ServedVersion);
        Assert.Equal(StatusCode.InvalidArgument, revoked.StatusCode);
        Assert.Equal("examples[0].task", Assert.Single(revoked.FieldViolations).Field);
    }

    [Fact]
    public async Task Session_FrozenA_MovesHeadsAlone()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "frozen");
        var request = Examples.Session(pool, task);
        request.SharedA = SharedA.Frozen;
        request.PoolOptimizer = null;
        await using var session = await server.Acme.Training.OpenAsync(request, cancellationToken: Token);

        var step = await session.StepAsync([Examples.Of(task, "a", "b")], cancellationToken: Token);
        var publication = await session.PublishAsync(cancellationToken: Token);

        Assert.Null(step.Pool);
        Assert.False(publication.HasPoolVersion);
        Assert.Equal($"{task.Name}/versions/2", publication.Tasks.Single().Version);
    }

    [Fact]
    public async Task TrainStep_EveryFormOfExample_IsTrained()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "forms");
        await using var session = await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);

        var step = await session.StepAsync(
            [
                Examples.Of(task, "ab", "cd"),
                new Example
                {
                    Task = task.Name,
                    Chat = new Chat { Messages = { new ChatMessage { Role = "user", Content = "u" }, new ChatMessage { Role = "assistant", Content = "v" } } },
                },
                new Example { Task = task.Name, Instruction = new InstructionExample { Instruction = "i", Input = "n", Output = "o" } },
                new Example { Task = task.Name, Tokens = new TokenExample { Ids = { 1, 2, 3 }, Weights = { 0, 0.5f, 0 } } },
            ],
            cancellationToken: Token);

        var labelled = 3 + 2 + 2 + 1;
        Assert.Equal(labelled, step.Tasks.Single().LabelledTokens);
        Assert.Equal(labelled - 0.5, step.Tasks.Single().Weight);
    }

    [Fact]
    public async Task TrainStep_PastItsDeadlineOrAbandoned_IsTheSameStepWhenSentAgain()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "impatient");
        await using var session = await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
        var batch = Enumerable.Range(0, 64).Select(_ => Examples.Of(task, new string('p', 100), "completion")).ToArray();
        await session.EvaluateAsync(batch.Take(1), cancellationToken: Token);

        var late = await Assert.ThrowsAsync<ColaException>(() => session.StepAsync(batch, TimeSpan.FromMilliseconds(2), Token));
        using var cancellation = new CancellationTokenSource();
        var abandoned = session.StepAsync(batch, cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        var step = await session.StepAsync(batch, cancellationToken: Token);

        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.Equal((1, 1), (step.Sequence, step.Tasks.Single().Step));
    }

    [Fact]
    public async Task Train_CallsSentAhead_AreAnsweredInOrderAndEqualOneStep()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var (task, twin) = (await ServerFixture.RegisterTask(server.Acme, pool, "streamed"), await ServerFixture.RegisterTask(server.Acme, pool, "unary"));
        await using var streamed = await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
        await using var unary = await server.Acme.Training.OpenAsync(Examples.Session(pool, twin), cancellationToken: Token);
        var whole = new Objective { Normalisers = { new TaskNormaliser { Task = task.Name, Value = 6 } } };

        await using var stream = streamed.OpenStream(Token);
        var first = stream.ForwardBackwardAsync([Examples.Of(task, "one", "ab")], whole);
        var second = stream.ForwardBackwardAsync([Examples.Of(task, "two", "cd")], whole);
        var step = stream.OptimStepAsync();
        var losses = stream.EvaluateAsync([Examples.Of(task, "one", "ab"), Examples.Of(task, "two", "cd")]);
        await unary.StepAsync([Examples.Of(twin, "one", "ab"), Examples.Of(twin, "two", "cd")], cancellationToken: Token);
        var expected = await unary.EvaluateAsync([Examples.Of(twin, "one", "ab"), Examples.Of(twin, "two", "cd")], cancellationToken: Token);

        Assert.Equal((1, 2, 3), ((await first).Sequence, (await second).Sequence, (await step).Sequence));
        Assert.Equal((1, 1), ((await step).Tasks.Single().Step, (await step).Pool.Step));
        Assert.Equal(expected.Tasks.Single().LossSum, (await losses).Tasks.Single().LossSum, 1e-4);
        Assert.Equal(4, streamed.NextSequence);
    }

    [Fact]
    public async Task Train_RefusedCall_IsAnEventAndTheStreamGoesOn()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "refused");
        await using var session = await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
        await using var stream = session.OpenStream(Token);

        var empty = await Assert.ThrowsAsync<ColaException>(() => stream.ForwardBackwardAsync([]));
        var nothing = await Assert.ThrowsAsync<ColaException>(() => stream.OptimStepAsync());
        var made = await stream.ForwardBackwardAsync([Examples.Of(task, "a", "b")]);
        var step = await stream.OptimStepAsync(new OptimStepRequest { Tasks = { task.Name }, Optimizer = Examples.AdamW(0.5), Pool = false });

        Assert.Equal((StatusCode.InvalidArgument, StatusCode.FailedPrecondition), (empty.StatusCode, nothing.StatusCode));
        Assert.Equal((1, 2), (made.Sequence, step.Sequence));
        Assert.Equal(0.5, step.Tasks.Single().LearningRate);
        Assert.Null(step.Pool);
    }

    [Fact]
    public async Task Train_ConnectionLostAtAnyPoint_SentAgainIsAsIfNothingHadBeen()
    {
        var pool = await ServerFixture.CreatePool(server.Acme);
        async Task<double> LossAsync(string id, Func<TrainingSession, Example[], Task> train)
        {
            var task = await ServerFixture.RegisterTask(server.Acme, pool, id);
            await using var session = await server.Acme.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
            Example[] batch = [.. Enumerable.Range(0, 8).Select(_ => Examples.Of(task, new string('p', 60), "completion"))];
            await session.EvaluateAsync(batch.Take(1), cancellationToken: Token);
            await train(session, batch);
            Assert.Equal(4, session.NextSequence);
            return (await session.EvaluateAsync(batch, cancellationToken: Token)).Tasks.Single().LossSum;
        }

        async Task GoOnAsync(TrainingSession session, Example[] batch)
        {
            while (session.NextSequence < 4)
            {
                await (session.NextSequence < 3
                    ? (Task)session.ForwardBackwardAsync(batch, cancellationToken: Token)
                    : session.OptimStepAsync(cancellationToken: Token));
            }
        }

        var undisturbed = await LossAsync("undisturbed", GoOnAsync);
        for (var point = 0; point < 12; point++)
        {
            var disturbed = await LossAsync($"disturbed-{point}", async (session, batch) =>
            {
                // The moments differ from run to run, what comes of it must not.
                using var break_ = CancellationTokenSource.CreateLinkedTokenSource(Token);
                await using (var stream = session.OpenStream(break_.Token))
                {
                    Task[] calls = [stream.ForwardBackwardAsync(batch), stream.ForwardBackwardAsync(batch), stream.OptimStepAsync()];
                    break_.CancelAfter(TimeSpan.FromMilliseconds(4 * point));
                    await Task.WhenAll(calls).ContinueWith(_ => { }, TaskScheduler.Default);
                }

                await session.RefreshAsync(cancellationToken: Token);
                await GoOnAsync(session, batch);
            });
            Assert.Equal(undisturbed, disturbed);
        }
    }

    [Fact]
    public async Task TrainStep_ThreeOnPolicySteps_LearnWithoutAPublish()
    {
        const int wanted = 'e';
        var pool = await ServerFixture.CreatePool(server.Acme);
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "on-policy");
        var request = Examples.Session(pool, task);
        request.Tasks[0].Optimizer.LearningRate = request.PoolOptimizer.LearningRate = 0.01;
        await using var session = await server.Acme.Training.OpenAsync(request, cancellationToken: Token);
        var objective = new Objective { Loss = new Loss { ImportanceSampling = new ImportanceSampling() }, Logprobs = true };
        var row = new ScoreRow
        {
            Source = session.WorkingCopyOf(task.Name),
            Prompt = new Prompt { Text = "a" },
            Continuations = { new Continuation { Text = "e" } },
        };
        async Task<double> LikelihoodAsync() => (await server.Acme.Inference.ScoreAsync([row], cancellationToken: Token)).Rows[0].Continuations[0].Logprob;

        var likelihoods = new List<double> { await LikelihoodAsync() };
        for (var step = 0; step < 3; step++)
        {
            var rows = Enumerable.Range(0, 16).Select(seed => new GenerateRow
            {
                Source = session.WorkingCopyOf(task.Name),
                Prompt = new Prompt { Text = "a" },
                MaxTokens = 1,
                Logprobs = 0,
                Sampling = new Sampling { Temperature = 1, Seed = 100 * step + seed },
            });
            var drawn = (await server.Acme.Inference.CompleteBatchAsync(rows, cancellationToken: Token)).Select(row => row.Tokens.Single()).ToArray();

            // What was drawn is bad, and one token that is put among it is good.
            var old = (float)likelihoods[^1];
            Example[] batch = [Rollout(wanted, old, 1), .. drawn.Select(token => Rollout(token.Id, (float)token.Logprob, token.Id == wanted ? 1 : -0.02f))];
            var report = await session.StepAsync(batch, objective, cancellationToken: Token);

            Assert.Equal(17, report.Tasks.Single().Weight);
            Assert.All(report.Logprobs.Skip(1).Zip(drawn), pair => Assert.Equal(pair.Second.Logprob, pair.First.Values.Single(), 1e-4));
            likelihoods.Add(await LikelihoodAsync());
        }

        Assert.Equal(likelihoods.Order(), likelihoods);
        Assert.Equal(task.ServedVersion, (await server.Acme.Tasks.GetAsync(task.Name, cancellationToken: Token)).ServedVersion);
        Example Rollout(int token, float old, float advantage) => new()
        {
            Task = task.Name,
            Tokens = new TokenExample { Ids = { 'a', token }, Weights = { 0, 1 }, OldLogprobs = { 0, old }, Advantages = { 0, advantage } },
        };
    }

    [Fact]
    public async Task WorkingCopy_OfASessionThatIsNotTheCallersOrATaskWithoutGenerate_IsRefused()
    {
        using var platform = server.As("trainer");
        var pool = await ServerFixture.CreatePool(platform, ServerFixture.Public());
        var task = await ServerFixture.RegisterTask(server.Acme, pool, "trained-by-others", ServerFixture.Grant(platform, Permission.Train));
        await using var session = await platform.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
        var row = Examples.Row(session.WorkingCopyOf(task.Name));

        var owner = (await server.Acme.Inference.CompleteBatchAsync([row], cancellationToken: Token)).Single();
        var opener = (await platform.Inference.CompleteBatchAsync([row], cancellationToken: Token)).Single();
        await server.Acme.Tasks.UpdateAsync(
            new UpdateTaskRequest
            {
                Name = task.Name,
                Grants = new GrantList { Grants = { ServerFixture.Grant(platform, Permission.Train, Permission.Generate) } },
            },
            cancellationToken: Token);
        var granted = (await platform.Inference.CompleteBatchAsync([row], cancellationToken: Token)).Single();

        Assert.Equal((int)StatusCode.NotFound, owner.Failure!.Code);
        Assert.Equal((int)StatusCode.PermissionDenied, opener.Failure!.Code);
        Assert.Null(granted.Failure);
    }

    [Fact]
    public async Task TrainStep_TwoTenantsLearnWhileAThirdGenerates()
    {
        using var north = server.As("north");
        using var south = server.As("south");
        using var reader = server.As("reader");
        var pool = await ServerFixture.CreatePool(north, ServerFixture.Public());
        async Task<(double First, double Last)> LearnAsync(ColaClient client, string id, string completion)
        {
            var task = await ServerFixture.RegisterTask(client, pool, id);
            await using var session = await client.Training.OpenAsync(Examples.Session(pool, task), cancellationToken: Token);
            var losses = new List<double>();
            for (var step = 0; step < 20; step++)
            {
                losses.Add((await session.StepAsync([Examples.Of(task, "sky:", completion)], cancellationToken: Token)).Tasks.Single().LossSum);
            }

            return (losses[0], losses[^1]);
        }

        var alone = await reader.Inference.CompleteBatchAsync([Examples.Row(Examples.Base(), "sky:", 24)], cancellationToken: Token);
        var learning = Task.WhenAll(LearnAsync(north, "north", " blue"), LearnAsync(south, "south", " grey"));
        var read = 0;
        do
        {
            var rows = await reader.Inference.CompleteBatchAsync([Examples.Row(Examples.Base(), "sky:", 24)], cancellationToken: Token);
            Assert.Equal(alone[0].Text, rows[0].Text);
            read++;
        }
        while (!learning.IsCompleted);

        Assert.All(await learning, losses => Assert.True(losses.Last < losses.First / 2));
        Assert.True(read > 1);
    }
}
