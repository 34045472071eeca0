using CoLA.Cli.Tests.Fixtures;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Cli.Tests.Commands;

public sealed class EvalCommandTests(RandomServer server) : IClassFixture<RandomServer>, IDisposable
{
    private readonly TemporaryDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Eval_TrainedTask_IsBetterThanTheBase()
    {
        var cola = server.As(out var tenant);
        var pool = $"{tenant}-pool";
        var data = _files.Write(
            "say.jsonl", string.Concat(Enumerable.Range(0, 30).Select(item => $$"""{"prompt": "say {{item}}:", "completion": " yes"}""" + "\n")));
        (await cola.RunAsync("pool", "create", pool, "--rank", "4")).Succeeded();
        (await cola.RunAsync("task", "register", "say", "--pool", pool)).Succeeded();
        (await cola.RunAsync("train", "--pool", pool, "--task", $"say={data}", "--steps", "60", "--lr", "1e-2")).Succeeded();

        var json = (await cola.RunAsync("eval", "--task", $"say={data}", "--compare-base", "--json")).Succeeded().Json();

        Assert.Equal("none", json.GetProperty("baseModel").GetProperty("quantization").GetString());
        var row = json.GetProperty("results")[0];

        Assert.Equal(6, row.GetProperty("items").GetInt32());
        Assert.Equal(1, row.GetProperty("accuracy").GetDouble());
        Assert.Equal(0, row.GetProperty("baseAccuracy").GetDouble());
    }

    [Fact]
    public async Task Eval_DirectoryOfChoices_HasARowPerSubjectAndShots()
    {
        var folder = Directory.CreateDirectory(_files.PathOf("exam")).FullName;
        File.WriteAllLines(Path.Combine(folder, "anatomy_val.csv"), Enumerable.Range(0, 6).Select(item => $"q{item},x,y,z,B"));
        File.WriteAllLines(Path.Combine(folder, "law_val.csv"), Enumerable.Range(0, 4).Select(item => $"r{item},x,y,A"));

        var result = (await server.As("reader").RunAsync("eval", "--task", $"base={folder}", "--shots", "0", "1", "9", "--all", "--json"));
        Assert.Equal(1, result.ExitCode);

        var rows = (await server.As("reader").RunAsync(
            "eval", "--task", $"base={folder}", "--shots", "0", "2", "--all", "--json")).Succeeded().Json().GetProperty("results").EnumerateArray().ToArray();

        Assert.Equal(
            ["anatomy 0", "law 0", " 0", "anatomy 2", "law 2", " 2"],
            rows.Select(row => $"{row.GetProperty("subject").GetString()} {row.GetProperty("shots").GetInt32()}"));
        Assert.Equal([6, 4, 10, 6, 4, 10], rows.Select(row => row.GetProperty("items").GetInt32()));
        Assert.Contains(
            "anatomy",
            (await server.As("reader").RunAsync("eval", "--task", $"base={folder}", "--all", "--limit", "2")).Succeeded().Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_QuestionLongerThanTheContext_IsLeftOut()
    {
        var file = _files.Write("long.csv", $"short,x,y,A\n{new string('x', 200)},x,y,B\n");

        var row = (await server.As("reader").RunAsync("eval", "--task", $"base={file}", "--all", "--json")).Succeeded().Json().GetProperty("results")[0];

        Assert.Equal((1, 1), (row.GetProperty("items").GetInt32(), row.GetProperty("leftOut").GetInt32()));
    }

    [Fact]
    public async Task Eval_Instructions_AreAskedInTheChatTemplate()
    {
        var file = _files.Write(
            "tell.json", """[{"instruction": "Say", "input": "a", "output": "one"}, {"instruction": "Say", "input": "b", "output": "two"}]""");

        var row = (await server.As("reader").RunAsync("eval", "--task", $"base={file}", "--all", "--json")).Succeeded().Json().GetProperty("results")[0];

        Assert.Equal(2, row.GetProperty("items").GetInt32());
    }
}
