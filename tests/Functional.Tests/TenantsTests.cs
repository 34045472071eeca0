using CoLA.Client;
using CoLA.Functional.Tests.Processes;
using CoLA.TestKit;
using CoLA.V1;

namespace CoLA.Functional.Tests;

public sealed class TenantsTests : IDisposable
{
    private const int AnswersBesideTraining = 5;
    private const double LogprobTolerance = 1e-4;

    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Generate_WhileTwoTenantsTrain_AnswersAsItDoesAlone()
    {
        RandomModel.Write(_model);
        await using var server = await ServerProcess.StartAsync(_model.Path, _data.Path, Token);
        var pool = await server.Acme.Pools.CreateAsync(Requests.Pool("p", Visibility.Public), cancellationToken: Token);
        var reader = server.As("reader");
        var task = (await reader.Tasks.RegisterAsync(Requests.Task("read", pool.Name), cancellationToken: Token)).Task.Name;
        await using (var session = await reader.Training.OpenAsync(Requests.Session(pool.Name, task), cancellationToken: Token))
        {
            await session.StepAsync([Requests.Example(task)], cancellationToken: Token);
            await session.PublishAsync(makeCurrent: false, cancellationToken: Token);
        }

        var alone = await AnswerAsync(reader, task);

        // The trainers go on until the reader has all its answers; the reader begins when both have begun. So every
        // answer is made beside training, however fast the machine is.
        var answered = new TaskCompletionSource();
        var trainers = new[] { "one", "two" }.Select(tenant => new Trainer(server.As(tenant), pool.Name)).ToArray();
        var training = Task.WhenAll(trainers.Select(trainer => trainer.RunAsync(answered.Task)));
        var beside = new List<IReadOnlyList<GeneratedToken>[]>();
        try
        {
            await await Task.WhenAny(training, Task.WhenAll(trainers.Select(trainer => trainer.Begun)));
            for (var answer = 0; answer < AnswersBesideTraining; answer++)
            {
                beside.Add(await AnswerAsync(reader, task));
            }
        }
        finally
        {
            answered.SetResult();
        }

        var losses = await training;

        Assert.All(losses, loss => Assert.True(loss.Last < loss.First, $"{loss.Last} after {loss.First}"));
        Assert.All(beside, answers => Assert.All(answers.Zip(alone), AssertEqual));
    }

    private static void AssertEqual((IReadOnlyList<GeneratedToken> Found, IReadOnlyList<GeneratedToken> Alone) row)
    {
        Assert.Equal(row.Alone.Select(token => token.Id), row.Found.Select(token => token.Id));
        Assert.All(row.Alone.Zip(row.Found), pair => Assert.Equal(pair.First.Logprob, pair.Second.Logprob, LogprobTolerance));
    }

    /// <summary>The base's and the task's continuation of a text.</summary>
    private static async Task<IReadOnlyList<GeneratedToken>[]> AnswerAsync(ColaClient client, string task)
    {
        GenerateRow[] rows = [Requests.Row(Requests.Base), Requests.Row(Requests.TaskSource(task)), Requests.Row(Requests.TaskSource(task), "another")];
        foreach (var row in rows)
        {
            row.Logprobs = 0;
        }

        var results = await client.Inference.CompleteBatchAsync(rows, cancellationToken: Token);
        Assert.All(results, result => Assert.Null(result.Failure));
        Assert.All(results, result => Assert.NotEmpty(result.Tokens));
        return [.. results.Select(result => result.Tokens)];
    }

    /// <summary>A tenant that trains and publishes two tasks of its own in one session.</summary>
    private sealed class Trainer(ColaClient client, string pool)
    {
        private const int LeastSteps = 4;

        private readonly TaskCompletionSource _begun = new();

        public Task Begun => _begun.Task;

        public async Task<(double First, double Last)> RunAsync(Task enough)
        {
            var tasks = new List<string>();
            foreach (var id in new[] { "first", "second" })
            {
                tasks.Add((await client.Tasks.RegisterAsync(Requests.Task(id, pool), cancellationToken: Token)).Task.Name);
            }

            var request = Requests.Session(pool, tasks[0]);
            request.Tasks.Add(new SessionTask { Task = tasks[1], Optimizer = Requests.AdamW() });
            await using var session = await client.Training.OpenAsync(request, cancellationToken: Token);
            var losses = new List<double>();
            while (losses.Count < LeastSteps || !enough.IsCompleted)
            {
                var step = await session.StepAsync(tasks.Select(Requests.Example), cancellationToken: Token);
                losses.Add(step.Tasks.Sum(task => task.LossSum));
                _begun.TrySetResult();
            }

            var published = await session.PublishAsync(makeCurrent: false, cancellationToken: Token);
            Assert.All(published.Tasks, task => Assert.True(task.Served));
            return (losses[0], losses[^1]);
        }
    }
}
