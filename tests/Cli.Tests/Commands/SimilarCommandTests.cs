using CoLA.Cli.Tests.Fixtures;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Cli.Tests.Commands;

public sealed class SimilarCommandTests(RandomServer server) : IClassFixture<RandomServer>, IDisposable
{
    private readonly TemporaryDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Similar_File_RanksTheTrainedTaskFirstAndRegisterStartsFromIt()
    {
        var (cola, tenant, file) = await TrainedAsync();

        var found = (await cola.RunAsync("similar", file, "--pool", $"{tenant}-pool", "--json")).Succeeded().Json();
        var table = (await cola.RunAsync("similar", file, "--pool", $"{tenant}-pool")).Succeeded().Output;
        (await cola.RunAsync("task", "register", "named", "--from", "learned")).Succeeded();
        var similar = (await cola.RunAsync("task", "register", "found", "--pool", $"{tenant}-pool", "--most-similar-to", file, "--json")).Succeeded().Json();

        var best = $"tenants/{tenant}/tasks/learned/versions/2";
        Assert.Equal(best, found.GetProperty("best").GetString());
        Assert.Contains($"{tenant}/learned@2", table, StringComparison.Ordinal);
        Assert.Equal(best, similar.GetProperty("task").GetProperty("startedFrom").GetString());
        Assert.Contains($"{tenant}/learned@2", (await cola.RunAsync("task", "show", "named")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Similar_NoFile_IsAHeatMapOfThoseWithExamplesOrTheTasksAlone()
    {
        var (cola, tenant, file) = await TrainedAsync();

        var map = (await cola.RunAsync("similar", "--pool", $"{tenant}-pool", "--task", $"learned={file}", "--json")).Succeeded().Json();
        var shown = (await cola.RunAsync("similar", "--pool", $"{tenant}-pool", "--task", $"learned={file}")).Succeeded().Output;
        var tasks = (await cola.RunAsync("similar", "--pool", $"{tenant}-pool")).Succeeded().Output;

        Assert.Equal(3, map.GetProperty("rows")[0].GetProperty("ranking").GetArrayLength());
        Assert.Contains("examples of", shown, StringComparison.Ordinal);
        Assert.Contains("started from", tasks, StringComparison.Ordinal);
        Assert.Contains("--task NAME=FILE", tasks, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_TwoStartsOrNoPool_IsAWrongCommandLine()
    {
        var cola = server.As(out _);

        Assert.Equal(2, (await cola.RunAsync("task", "register", "t", "--from", "a", "--most-similar-to", "b")).ExitCode);
        Assert.Equal(2, (await cola.RunAsync("task", "register", "t")).ExitCode);
    }

    private async Task<(CommandLine Cola, string Tenant, string File)> TrainedAsync()
    {
        var cola = server.As(out var tenant);
        var file = _files.PathOf("examples.jsonl");
        await File.WriteAllLinesAsync(
            file,
            Enumerable.Range(0, 10).Select(at => $$"""{"prompt": "a{{at}}", "completion": "cc"}"""),
            TestContext.Current.CancellationToken);
        (await cola.RunAsync("pool", "create", $"{tenant}-pool", "--m", "2", "--rank", "2")).Succeeded();
        (await cola.RunAsync("task", "register", "learned", "--pool", $"{tenant}-pool", "--strategy", "heuristic", "--n", "2")).Succeeded();
        (await cola.RunAsync("task", "register", "untrained", "--pool", $"{tenant}-pool")).Succeeded();
        (await cola.RunAsync("train", "--pool", $"{tenant}-pool", "--task", $"learned={file}", "--steps", "10", "--lr", "1e-2")).Succeeded();
        return (cola, tenant, file);
    }
}
