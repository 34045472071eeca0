using System.Collections;
using CoLA.Cli.Naming;
using CoLA.Cli.Plotting;
using CoLA.Cli.Rendering;
using CoLA.Cli.Tests.Fixtures;
using CoLA.Cli.Training;
using CoLA.Client;
using CoLA.V1;
using Spectre.Console.Testing;
using Xunit;
using Example = CoLA.Core.Data.Examples.Example;

namespace CoLA.Cli.Tests.Training;

public sealed class TrainingRunTests(RandomServer server) : IClassFixture<RandomServer>
{
    [Fact]
    public async Task RunAsync_StoppedBeforeTheServerAnswers_CancelsTheJob()
    {
        var cola = server.As(out var tenant);
        var pool = $"{tenant}-pool";
        (await cola.RunAsync("pool", "create", pool, "--m", "1", "--rank", "2")).Succeeded();
        (await cola.RunAsync("task", "register", "one", "--pool", pool, "--strategy", "lora")).Succeeded();
        using var client = new ColaClient(new ColaClientOptions { Address = new Uri(server.Address), Tenant = tenant });
        using var stop = new CancellationTokenSource();
        var task = ResourceNames.Task(tenant, "one");
        var spec = new JobSpec
        {
            Pool = ResourceNames.PoolOf(pool),
            Tasks = { new SessionTask { Task = task, Optimizer = new AdamW { LearningRate = 1e-3 } } },
            SharedA = SharedA.Frozen,
            BatchPerTask = 1,
            Steps = 1_000_000,
        };
        using var output = new TestConsole();
        using var error = new TestConsole();
        var run = new TrainingRun(
            client,
            new TrainingPlan(spec, [new TrainingTask(task, new StoppingExamples(stop), [])]),
            PlotRequest.None,
            new Terminal(new CliHost(output, error, Stream.Null, _ => null, TimeProvider.System), json: false));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.RunAsync(stop.Token));

        Assert.Contains("Cancelled job", error.Output, StringComparison.Ordinal);
        var job = Assert.Single(await client.Jobs.ListAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(JobState.Cancelled, job.State);
    }

    /// <summary>Whoever trains stops when the last example is on its way.</summary>
    private sealed class StoppingExamples(CancellationTokenSource stop) : IReadOnlyList<Example>
    {
        public int Count => 1;

        public Example this[int index] => new Core.Data.Examples.CompletionExample("say:", " a");

        public IEnumerator<Example> GetEnumerator()
        {
            yield return this[0];
            stop.Cancel();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
