using CoLA.Client.Jobs;
using CoLA.Functional.Tests.Processes;
using CoLA.TestKit;
using CoLA.V1;

namespace CoLA.Functional.Tests.Durability;

/// <summary>A job outlives the server's sudden death.</summary>
public sealed class JobKillTests : IDisposable
{
    private const string Pool = "pools/p";
    private const string Task = "tenants/acme/tasks/t";

    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        _data.Dispose();
    }

    [Theory]
    [InlineData(5)]
    [InlineData(47)]
    public async Task Job_KilledBetweenCheckpoints_GoesOnToTheSameLosses(int step)
    {
        RandomModel.Write(_model);
        var before = new List<JobEvent>();
        var name = "";
        await using (var server = await ServerProcess.StartAsync(_model.Path, _data.Path, Token))
        {
            await server.Acme.Pools.CreateAsync(Requests.Pool("p"), cancellationToken: Token);
            await server.Acme.Tasks.RegisterAsync(Requests.Task("t", Pool), cancellationToken: Token);
            name = (await server.Acme.Jobs.SubmitAsync(Spec(), Data(), cancellationToken: Token)).Name;
            await foreach (var news in server.Acme.Jobs.WatchAsync(name, cancellationToken: Token))
            {
                before.Add(news);
                if (news.Step?.Step == step)
                {
                    await server.KillAsync();
                    break;
                }
            }
        }

        await using var next = await ServerProcess.StartAsync(_model.Path, _data.Path, Token);
        var after = await next.Acme.Jobs.WatchAsync(name, cancellationToken: Token).ToListAsync(Token);

        Assert.Equal((JobState.Running, JobState.Succeeded), (after[0].Job.State, after[^1].Job.State));
        Assert.Equal(Enumerable.Range(1, 400), after.Where(news => news.Step is not null).Select(news => news.Step.Step));
        Assert.Equal(Losses(before), Losses(after).Take(Losses(before).Count));
        Assert.Equal($"{Task}/versions/2", (await next.Acme.Tasks.GetAsync(Task, cancellationToken: Token)).ServedVersion);
    }

    private static IReadOnlyList<(long Number, string Losses)> Losses(IEnumerable<JobEvent> events) =>
    [
        .. events.Where(news => news.Job is null).Select(news => (
            news.Number,
            news.Step is { } step ? string.Join(' ', step.Tasks.Select(task => $"{task.LossSum:R}")) : $"held out {news.Evaluation.Loss:R}")),
    ];

    private static JobSpec Spec() => new()
    {
        Pool = Pool,
        SharedA = SharedA.Trainable,
        PoolOptimizer = Requests.AdamW(),
        Tasks = { new SessionTask { Task = Task, Optimizer = Requests.AdamW() } },
        Steps = 400,
        BatchPerTask = 2,
        CheckpointEvery = 20,
        Evaluation = new Evaluation { Every = 15, KeepBest = true },
    };

    private static IEnumerable<SubmitJobRequest> Data() =>
        JobParts.Examples(Enumerable.Range(0, 7).Select(Example)).Concat(JobParts.Examples([Example(7)], heldOut: true));

    private static Example Example(int item) => new()
    {
        Task = Task,
        Completion = new CompletionExample { Prompt = $"say {item}:", Completion = $" {item % 3}" },
    };
}
