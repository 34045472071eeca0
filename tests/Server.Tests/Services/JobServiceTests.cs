using CoLA.Client;
using CoLA.Client.Jobs;
using CoLA.Server.Tests.Fakes;
using CoLA.V1;
using Google.Protobuf;
using Grpc.Core;

namespace CoLA.Server.Tests.Services;

public sealed class JobServiceTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Lines = """
        {"prompt": "sky:", "completion": " blue"}
        {"prompt": "grass:", "completion": " green"}
        {"prompt": "snow:", "completion": " white"}
        {"prompt": "coal:", "completion": " black"}
        {"prompt": "sea:", "completion": " blue"}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_FromAFile_TrainsEvaluatesAndPublishes()
    {
        var (client, spec, task) = await WithTaskAsync("job-file");
        spec.Epochs = 10;
        spec.Evaluation = new Evaluation { KeepBest = true };

        var job = await client.Jobs.SubmitAsync(spec, File(task, "colours.jsonl", Lines), cancellationToken: Token);
        var events = await client.Jobs.WatchAsync(job.Name, cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(20, job.Steps);
        Assert.Equal((4, 1), (job.Tasks[0].TrainingExamples, job.Tasks[0].HeldOutExamples));
        Assert.Equal(2, job.Evaluation.Every);
        Assert.Equal(Enumerable.Range(1, 20), events.Where(news => news.Step is not null).Select(news => news.Step.Step));
        Assert.Equal(11, events.Count(news => news.Evaluation is not null));
        var end = events[^1].Job;
        Assert.Equal(JobState.Succeeded, end.State);
        Assert.Equal($"{task}/versions/2", end.Published.Tasks[0].Version);
        Assert.True(end.BestLoss < events.First(news => news.Evaluation is not null).Evaluation.Loss);
        Assert.Equal(end, await client.Jobs.GetAsync(job.Name, cancellationToken: Token));
        Assert.Equal(end, (await client.Jobs.ListAsync(Token).ToListAsync(Token)).Single());
        await Refused(StatusCode.NotFound, () => server.As("job-stranger").Jobs.GetAsync(job.Name, cancellationToken: Token));
    }

    [Fact]
    public async Task Submit_FaultyFile_NamesTheLineAndMakesNoJob()
    {
        var (client, spec, task) = await WithTaskAsync("job-faulty");

        var refused = await Refused(
            StatusCode.InvalidArgument, () => client.Jobs.SubmitAsync(spec, File(task, "bad.jsonl", Lines + "\n{\"prompt\": 3}"), cancellationToken: Token));
        var long_ = await Refused(StatusCode.InvalidArgument, () => client.Jobs.SubmitAsync(
            spec, File(task, "long.jsonl", Lines + $"\n{{\"prompt\": \"{new string('x', 300)}\", \"completion\": \"y\"}}"), cancellationToken: Token));

        Assert.Contains("bad.jsonl, line 6", refused.Message, StringComparison.Ordinal);
        Assert.Contains("long.jsonl, item 6", long_.Message, StringComparison.Ordinal);
        Assert.Contains("context", long_.Message, StringComparison.Ordinal);
        Assert.Empty(await client.Jobs.ListAsync(Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Submit_SpecOutOfRange_NamesTheField()
    {
        var (client, spec, task) = await WithTaskAsync("job-spec");
        async Task<string> RefusedAsync(Action<JobSpec> spoil, IEnumerable<SubmitJobRequest>? data = null)
        {
            var spoilt = spec.Clone();
            spoil(spoilt);
            return (await Refused(
                StatusCode.InvalidArgument, () => client.Jobs.SubmitAsync(spoilt, data ?? File(task, "c.jsonl", Lines), cancellationToken: Token))).Message;
        }

        Assert.Contains("epochs", await RefusedAsync(asked => asked.Epochs = -1), StringComparison.Ordinal);
        Assert.Contains("shared_a", await RefusedAsync(asked => asked.SharedA = SharedA.Unspecified), StringComparison.Ordinal);
        Assert.Contains("evaluation.patience", await RefusedAsync(asked => asked.Evaluation = new Evaluation { Patience = -1 }), StringComparison.Ordinal);
        Assert.Contains(
            "warmup_steps", await RefusedAsync(asked => asked.Tasks[0].Optimizer.Schedule = new Schedule { WarmupSteps = 9999 }), StringComparison.Ordinal);
        Assert.Contains("no examples", await RefusedAsync(_ => { }, []), StringComparison.Ordinal);
        Assert.Contains(
            "not a task of this job",
            await RefusedAsync(
                _ => { }, JobParts.Examples([new Example { Task = $"{task}x", Completion = new CompletionExample { Prompt = "a", Completion = "b" } }])),
            StringComparison.Ordinal);
        Assert.Contains("evaluation", await RefusedAsync(
            asked => asked.Evaluation = new Evaluation(),
            JobParts.Examples([new Example { Task = task, Completion = new CompletionExample { Prompt = "a", Completion = "b" } }])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_PathOnAServerWithoutDirectory_IsRefused()
    {
        var (client, spec, task) = await WithTaskAsync("job-path");
        spec.Files.Add(new ServerFile { Task = task, Path = "a.jsonl" });

        var refused = await Refused(StatusCode.FailedPrecondition, () => client.Jobs.SubmitAsync(spec, [], cancellationToken: Token));

        Assert.Contains("--job-data", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_OneThatRuns_FreesItsTasks()
    {
        var (client, spec, task) = await WithTaskAsync("job-cancel");
        spec.Steps = 1_000_000;
        var job = await client.Jobs.SubmitAsync(spec, File(task, "c.jsonl", Lines), cancellationToken: Token);

        var cancelled = await client.Jobs.CancelAsync(job.Name, cancellationToken: Token);

        Assert.Equal(JobState.Cancelled, cancelled.State);
        Assert.EndsWith("/versions/1", (await client.Tasks.GetAsync(task, cancellationToken: Token)).ServedVersion, StringComparison.Ordinal);
        spec.Steps = 1;
        var next = await client.Jobs.SubmitAsync(spec, File(task, "c.jsonl", Lines), cancellationToken: Token);
        Assert.Equal(JobState.Succeeded, (await client.Jobs.WatchAsync(next.Name, cancellationToken: Token).LastAsync(Token)).Job.State);
        await Refused(StatusCode.FailedPrecondition, () => client.Jobs.CancelAsync(job.Name, cancellationToken: Token));
    }

    internal static IEnumerable<SubmitJobRequest> File(string task, string name, string content) =>
        [new SubmitJobRequest { File = new FilePiece { Task = task, Name = name, Content = ByteString.CopyFromUtf8(content) } }];

    private async Task<(ColaClient Client, JobSpec Spec, string Task)> WithTaskAsync(string tenant)
    {
        var client = server.As(tenant);
        var pool = await ServerFixture.CreatePool(client);
        var task = await ServerFixture.RegisterTask(client, pool, "colours");
        return (client, new JobSpec
        {
            Pool = pool.Name,
            SharedA = SharedA.Trainable,
            PoolOptimizer = Examples.AdamW(),
            Tasks = { new SessionTask { Task = task.Name, Optimizer = Examples.AdamW() } },
            BatchPerTask = 2,
        }, task.Name);
    }

    private static async Task<ColaException> Refused(StatusCode code, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<ColaException>(call);
        Assert.Equal(code, refused.StatusCode);
        return refused;
    }
}
