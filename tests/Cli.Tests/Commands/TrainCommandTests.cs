using System.Text.Json;
using CoLA.Cli.Tests.Fixtures;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Cli.Tests.Commands;

public sealed class TrainCommandTests(RandomServer server) : IClassFixture<RandomServer>, IDisposable
{
    private readonly TemporaryDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Train_TwoTasks_LearnTogetherAndAreServed()
    {
        var (cola, pool) = await WithTasksAsync("one", "two");

        var result = (await cola.RunAsync(
            "train",
            "--pool",
            pool,
            "--task",
            $"one={Data("a")}",
            "--task",
            $"two={Data("b")}",
            "--steps",
            "40",
            "--lr",
            "1e-2",
            "--save-every",
            "20",
            "--schedule",
            "linear",
            "--warmup",
            "4",
            "--head-ratio",
            "2",
            "--dropout",
            "0.05",
            "--json")).Succeeded().Json();

        Assert.Equal(40, result.GetProperty("steps").GetInt32());
        Assert.Equal(JsonValueKind.Null, result.GetProperty("bestStep").ValueKind);
        Assert.True(result.GetProperty("tokens").GetInt64() > 0);
        foreach (var task in result.GetProperty("tasks").EnumerateArray())
        {
            Assert.True(task.GetProperty("lastLoss").GetDouble() < task.GetProperty("firstLoss").GetDouble() / 2, task.ToString());
        }

        Assert.All(result.GetProperty("published").GetProperty("tasks").EnumerateArray(), task => Assert.True(task.GetProperty("served").GetBoolean()));
        Assert.Contains("one@2", (await cola.RunAsync("task", "list")).Succeeded().Output, StringComparison.Ordinal);
        (await cola.RunAsync("task", "rollback", "one")).Succeeded();
        Assert.Contains("one@1", (await cola.RunAsync("task", "list")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_NoPublish_LeavesEverythingAsItWas()
    {
        var (cola, pool) = await WithTasksAsync("one");

        var result = (await cola.RunAsync("train", "--pool", pool, "--task", $"one={Data("a")}", "--epochs", "0.5", "--a-frozen", "--no-publish")).Succeeded();

        Assert.Contains("not published", result.Output, StringComparison.Ordinal);
        Assert.Contains("one@1", (await cola.RunAsync("task", "list")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_Refused_ClosesTheSession()
    {
        var (cola, pool) = await WithTasksAsync("one");
        var long_ = _files.Write("long.jsonl", string.Concat(Enumerable.Repeat($$"""{"prompt": "{{new string('x', 200)}}", "completion": "y"}""" + "\n", 10)));

        var refused = await cola.RunAsync("train", "--pool", pool, "--task", $"one={long_}", "--steps", "1");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("context", refused.Error, StringComparison.Ordinal);

        // A task is in one open session at most: this one would be refused while the other stood.
        (await cola.RunAsync("train", "--pool", pool, "--task", $"one={Data("a")}", "--steps", "1")).Succeeded();
    }

    [Fact]
    public async Task Train_TargetRank_IsForAdaloraTasks()
    {
        var (cola, pool) = await WithTasksAsync("one");
        var single = $"{pool}-single";
        (await cola.RunAsync("pool", "create", single)).Succeeded();
        (await cola.RunAsync("task", "register", "spare", "--pool", single, "--strategy", "adalora")).Succeeded();

        var trained = await cola.RunAsync("train", "--pool", single, "--task", $"spare={Data("a")}", "--steps", "10", "--target-rank", "2");
        var refused = await cola.RunAsync("train", "--pool", pool, "--task", $"one={Data("a")}", "--steps", "10", "--target-rank", "2");

        trained.Succeeded();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--target-rank: ", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_Stopped_CancelsTheJob()
    {
        var (cola, pool) = await WithTasksAsync("one");
        using var stop = new CancellationTokenSource();
        var clock = new StopwatchSignal();
        var endless = server.As(cola.Variables["COLA_TENANT"], time: clock)
            .RunUntilAsync(stop.Token, "train", "--pool", pool, "--task", $"one={Data("a")}", "--steps", "1000000");

        // Watching is timed, from the first event on.
        await clock.Started;
        await stop.CancelAsync();

        var stopped = await endless;
        Assert.Equal(130, stopped.ExitCode);
        Assert.Contains("Cancelled job", stopped.Error, StringComparison.Ordinal);
        Assert.Contains("cancelled", (await cola.RunAsync("job", "list")).Succeeded().Output, StringComparison.Ordinal);
        (await cola.RunAsync("train", "--pool", pool, "--task", $"one={Data("a")}", "--steps", "1")).Succeeded();
    }

    [Fact]
    public async Task Train_KeepBestAndPlot_DrawsBothCurvesAndWritesThem()
    {
        var (cola, pool) = await WithTasksAsync("one");
        var (svg, png) = (_files.PathOf("curves.svg"), _files.PathOf("curves.png"));

        var drawn = (await cola.RunAsync(
            "train",
            "--pool",
            pool,
            "--task",
            $"one={Data("a")}",
            "--steps",
            "30",
            "--lr",
            "1e-2",
            "--evaluate-every",
            "10",
            "--keep-best",
            "--plot",
            "--plot-file",
            svg)).Succeeded();
        var job = (await cola.RunAsync("job", "list", "--json")).Succeeded().Json().GetProperty("jobs")[0].GetProperty("name").GetString()!;
        (await cola.RunAsync("job", "watch", job, "--plot-file", png)).Succeeded();

        Assert.Contains("line training, o held out", drawn.Output, StringComparison.Ordinal);
        Assert.Contains("Lowest held-out loss", drawn.Output, StringComparison.Ordinal);
        Assert.Contains("held out at first", drawn.Output, StringComparison.Ordinal);
        Assert.Matches(@"held out\s*</text>", await File.ReadAllTextAsync(svg, TestContext.Current.CancellationToken));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await File.ReadAllBytesAsync(png, TestContext.Current.CancellationToken))[..4]);
    }

    [Theory]
    [InlineData("curves.pdf", ".svg or .png")]
    [InlineData("nowhere/curves.svg", "no directory")]
    public async Task Train_PlotFileThatCannotBe_IsRefusedBeforeTraining(string file, string words)
    {
        var result = await server.As(out _).RunAsync("train", "--pool", "p", "--task", "one=a.jsonl", "--plot-file", _files.PathOf(file));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_Detached_RunsOnAndIsWatchedAndShown()
    {
        var (cola, pool) = await WithTasksAsync("one");

        var submitted = (await cola.RunAsync(
            "train", "--pool", pool, "--task", $"one={Data("a")}", "--steps", "12", "--early-stopping", "3", "--detach", "--json")).Succeeded().Json();
        var job = submitted.GetProperty("name").GetString()!.Split('/')[^1];
        var watched = (await cola.RunAsync("job", "watch", job)).Succeeded();
        var lines = (await cola.RunAsync("job", "watch", job, "--json")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var shown = (await cola.RunAsync("job", "show", job)).Succeeded();
        var late = await cola.RunAsync("job", "cancel", job);

        Assert.Contains("one@2", watched.Output, StringComparison.Ordinal);
        Assert.Contains("succeeded", shown.Output, StringComparison.Ordinal);
        Assert.Contains("\"step\"", lines[1], StringComparison.Ordinal);
        Assert.Contains("SUCCEEDED", lines[^1], StringComparison.Ordinal);
        Assert.Equal(1, late.ExitCode);
        Assert.Contains("SUCCEEDED", late.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_FileOfTheServers_IsSplitAsOneThatIsSent()
    {
        var (cola, pool) = await WithTasksAsync("one");
        File.Copy(Data("a"), server.JobData.PathOf("a.jsonl"));
        string[] both = ["--pool", pool, "--steps", "5", "--evaluate-every", "5", "--no-publish", "--training", "12", "--json"];

        var sent = (await cola.RunAsync(["train", "--task", $"one={Data("a")}", .. both])).Succeeded().Json();
        var named = (await cola.RunAsync(["train", "--server-file", "one=a.jsonl", .. both])).Succeeded().Json();
        var outside = await cola.RunAsync("train", "--pool", pool, "--server-file", "one=../a.jsonl");

        Assert.Equal(12, named.GetProperty("tasks")[0].GetProperty("examples").GetInt32());
        Assert.Equal(sent.GetProperty("tasks").ToString(), named.GetProperty("tasks").ToString());
        Assert.Equal(1, outside.ExitCode);
        Assert.Contains("not a path below", outside.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_WithoutTask_SaysHowToNameOne()
    {
        var result = await server.As(out _).RunAsync("train", "--pool", "p");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--task NAME=FILE", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_FileThatIsNotThere_IsNamed()
    {
        var (cola, pool) = await WithTasksAsync("one");

        var result = await cola.RunAsync("train", "--pool", pool, "--task", "one=nowhere.jsonl");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nowhere.jsonl", result.Error, StringComparison.Ordinal);
    }

    private string Data(string letter) =>
        _files.Write(
            $"{letter}.jsonl", string.Concat(Enumerable.Range(0, 20).Select(item => $$"""{"prompt": "say {{item}}:", "completion": " {{letter}}"}""" + "\n")));

    private async Task<(CommandLine Cola, string Pool)> WithTasksAsync(params string[] tasks)
    {
        var cola = server.As(out var tenant);
        var pool = $"{tenant}-pool";
        (await cola.RunAsync("pool", "create", pool, "--m", "2", "--rank", "4")).Succeeded();
        foreach (var task in tasks)
        {
            (await cola.RunAsync("task", "register", task, "--pool", pool, "--strategy", "heuristic", "--n", "2")).Succeeded();
        }

        return (cola, pool);
    }
}
