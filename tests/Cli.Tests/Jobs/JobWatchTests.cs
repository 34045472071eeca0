using CoLA.Cli.Jobs;
using CoLA.Cli.Plotting;
using CoLA.Cli.Rendering;
using CoLA.Cli.Tests.Fixtures;
using CoLA.Client;
using CoLA.TestKit;
using CoLA.V1;
using Spectre.Console.Testing;
using Xunit;

namespace CoLA.Cli.Tests.Jobs;

public sealed class JobWatchTests(RandomServer server) : IClassFixture<RandomServer>, IDisposable
{
    private readonly TemporaryDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task RunAsync_StoppedInTheMiddle_DrawsWhatWasHeard()
    {
        var cola = server.As(out var tenant);
        var pool = $"{tenant}-pool";
        (await cola.RunAsync("pool", "create", pool, "--m", "1", "--rank", "2")).Succeeded();
        (await cola.RunAsync("task", "register", "one", "--pool", pool, "--strategy", "lora")).Succeeded();
        var data = _files.Write(
            "data.jsonl",
            """
            {"prompt": "say:", "completion": " a"}
            {"prompt": "say:", "completion": " b"}
            """);
        (await cola.RunAsync("train", "--pool", pool, "--task", $"one={data}", "--steps", "1000000", "--detach")).Succeeded();
        using var client = new ColaClient(new ColaClientOptions { Address = new Uri(server.Address), Tenant = tenant });
        var job = Assert.Single(await client.Jobs.ListAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        var svg = _files.PathOf("curves.svg");
        using var stop = new CancellationTokenSource();
        using var output = new TestConsole();
        using var error = new TestConsole();
        var terminal = new Terminal(new CliHost(output, error, Stream.Null, _ => null, TimeProvider.System), json: false);
        var watch = new JobWatch(client, new PlotRequest(InTerminal: true, svg), terminal)
        {
            Heard = news =>
            {
                if (news.EventCase == JobEvent.EventOneofCase.Step)
                {
                    stop.Cancel();
                }
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.RunAsync(job, stop.Token));
        await client.Jobs.CancelAsync(job.Name, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Contains("line training", output.Output, StringComparison.Ordinal);
        Assert.Contains("Curves in", output.Output, StringComparison.Ordinal);
        Assert.Contains("<svg", await File.ReadAllTextAsync(svg, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
