using CoLA.Cli.Tests.Fixtures;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Cli.Tests.Commands;

public sealed class InferenceCommandsTests(RandomServer server) : IClassFixture<RandomServer>, IDisposable
{
    private readonly TemporaryDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Generate_OneRow_StreamsTheTextAlone()
    {
        var cola = server.As(out _);

        var people = (await cola.RunAsync("generate", "hello", "--max-tokens", "8")).Succeeded();
        var row = (await cola.RunAsync("generate", "hello", "--max-tokens", "8", "--logprobs", "2", "--json")).Succeeded().Json().GetProperty("rows")[0];

        Assert.Equal(row.GetProperty("text").GetString(), people.Output[..^1]);
        Assert.Contains("prompt tokens", people.Error, StringComparison.Ordinal);
        Assert.Equal(5, row.GetProperty("promptTokens").GetInt64());
        Assert.Equal(row.GetProperty("completionTokens").GetInt64(), row.GetProperty("tokens").GetArrayLength());
        Assert.Equal(2, row.GetProperty("tokens")[0].GetProperty("top").GetArrayLength());
    }

    [Fact]
    public async Task Generate_SeveralTasks_AnswerInOneBatch()
    {
        var cola = server.As(out var tenant);
        (await cola.RunAsync("pool", "create", $"{tenant}-pool")).Succeeded();
        (await cola.RunAsync("task", "register", "new", "--pool", $"{tenant}-pool")).Succeeded();

        var rows = (await cola.RunAsync(
            "generate", "hello", "--task", "base", "--task", "new", "--task", "new@1", "--max-tokens", "8", "--json")).Succeeded().Json().GetProperty("rows");

        // A new task computes what the base computes.
        Assert.Equal(["base", "new", "new@1"], rows.EnumerateArray().Select(row => row.GetProperty("source").GetString()!));
        Assert.Single(rows.EnumerateArray().Select(row => row.GetProperty("text").GetString()).Distinct());
    }

    [Fact]
    public async Task Generate_SeededSampling_IsRepeated()
    {
        var cola = server.As(out _);
        string[] command =
        [
            "generate", "hello", "-t", "2", "--top-k", "50", "--top-p", "0.9", "--min-p", "0.001", "--repetition-penalty", "1.1", "--seed", "3",
            "--max-tokens", "12", "--json",
        ];

        Assert.Equal((await cola.RunAsync(command)).Succeeded().Output, (await cola.RunAsync(command)).Succeeded().Output);
    }

    [Fact]
    public async Task Generate_FromFileInputAndArgument_AreTheSame()
    {
        var file = _files.Write("prompt.txt", "hello");
        string[] options = ["--max-tokens", "8", "--json"];

        var argument = (await server.As("reader").RunAsync(["generate", "hello", .. options])).Succeeded().Output;

        Assert.Equal(argument, (await server.As("reader").RunAsync(["generate", "--file", file, .. options])).Succeeded().Output);
        Assert.Equal(argument, (await server.As("reader", CommandLine.Utf8("hello")).RunAsync(["generate", "-", .. options])).Succeeded().Output);
    }

    [Fact]
    public async Task Generate_FileThatIsNotUtf8_NamesTheByte()
    {
        var file = _files.Write("prompt.txt", [(byte)'h', 0xFF, (byte)'i']);

        var result = await server.As("reader").RunAsync("generate", "--file", file);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("byte 0xFF at position 1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_Chat_ReadsThePromptAsATurn()
    {
        var row = (await server.As("reader").RunAsync(
            "generate", "hi", "--chat", "--system", "be brief", "--max-tokens", "2", "--json")).Succeeded().Json().GetProperty("rows")[0];

        Assert.True(row.GetProperty("promptTokens").GetInt64() > "be brief".Length + "hi".Length);
    }

    [Theory]
    [InlineData("--max-tokens", "2147483648")]
    [InlineData("--temperature", "-1")]
    [InlineData("--task", "nobody")]
    public async Task Generate_Refused_SaysWhy(string option, string value)
    {
        var result = await server.As("reader").RunAsync("generate", "hello", option, value, "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(1, result.Json().GetProperty("error").GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task Score_TextsAndIds_Agree()
    {
        var cola = server.As(out _);

        var texts = (await cola.RunAsync("score", "hello", "-c", " a", "-c", " b", "--json")).Succeeded().Json().GetProperty("rows")[0];
        var ids = (await cola.RunAsync(
            "score",
            "--ids",
            "104",
            "101",
            "108",
            "108",
            "111",
            "--continuation-ids",
            "32,97",
            "--continuation-ids",
            "32,98",
            "--json")).Succeeded().Json().GetProperty("rows")[0];

        var ofTexts = texts.GetProperty("continuations").EnumerateArray().Select(score => score.GetProperty("logprob").GetDouble()).ToArray();
        Assert.Equal(ofTexts, ids.GetProperty("continuations").EnumerateArray().Select(score => score.GetProperty("logprob").GetDouble()));
        Assert.Equal(ofTexts[0] > ofTexts[1] ? " a" : " b", texts.GetProperty("best").GetString());
        Assert.Contains("best", (await cola.RunAsync("score", "hello", "-c", " a", "-c", " b")).Succeeded().Output, StringComparison.Ordinal);
    }
}
