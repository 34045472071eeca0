using CoLA.Cli.Tests.Fixtures;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Cli.Tests.Commands;

public sealed class QuickstartCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CommandLine _cola = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Quickstart_Skills_ReportsSixTasksOfThreeTenants()
    {
        var result = (await _cola.RunAsync(
            "quickstart", "--model", RandomModel.Write(_directory), "--steps", "2", "--threads", "1", "--json")).Succeeded().Json();

        Assert.Equal(
            ["model", "tasks", "trainTokensPerSecond", "decodeTokensPerSecond", "bytesPerTask", "loraBytesPerTask", "seconds"],
            result.EnumerateObject().Select(property => property.Name));
        var tasks = result.GetProperty("tasks").EnumerateArray().ToArray();
        Assert.Equal(6, tasks.Length);
        Assert.Equal(
            ["tenant", "task", "strategy", "accuracyBefore", "accuracyAfter", "examples"],
            tasks[0].EnumerateObject().Select(property => property.Name));
        Assert.All(tasks.GroupBy(task => task.GetProperty("tenant").GetString()), tenant => Assert.Equal(2, tenant.Count()));
        Assert.Equal(5, tasks.Select(task => task.GetProperty("strategy").GetString()).Distinct().Count());
        Assert.All(tasks, task => Assert.Equal(32, task.GetProperty("examples").GetInt32()));
    }

    [Fact]
    public async Task Quickstart_Files_MakesATaskOfEachAndShowsATable()
    {
        var yes = _directory.Write("Yes_or no.jsonl", Lines(item => item % 2 == 0 ? "yes" : "no"));
        var free = _directory.Write("free.jsonl", Lines(item => $"w{item}"));

        var result = (await _cola.RunAsync(
            "quickstart", "--model", RandomModel.Write(_directory), "--data", yes, free, "--steps", "1", "--threads", "1")).Succeeded();

        Assert.Contains("yes-or-no", result.Output, StringComparison.Ordinal);
        Assert.Contains("(the pool)", result.Output, StringComparison.Ordinal);
        Assert.Contains("base", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quickstart_FileWithoutAnswers_IsRefused()
    {
        var file = _directory.Write("ids.jsonl", string.Concat(Enumerable.Repeat("""{"ids": [1, 2, 3]}""" + "\n", 4)));

        var result = await _cola.RunAsync("quickstart", "--model", RandomModel.Write(_directory), "--data", file);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("no answers to judge", result.Error, StringComparison.Ordinal);
    }

    private static string Lines(Func<int, string> answer) =>
        string.Concat(Enumerable.Range(0, 30).Select(item => $$"""{"prompt": "say {{item}}:", "completion": " {{answer(item)}}"}""" + "\n"));
}
