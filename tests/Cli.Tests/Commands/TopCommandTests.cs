using System.Text.Json;
using CoLA.Cli.Tests.Fixtures;
using Xunit;

namespace CoLA.Cli.Tests.Commands;

public sealed class TopCommandTests(RandomServer server) : IClassFixture<RandomServer>
{
    private static readonly string[] Often = ["top", "--interval", "0.1"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Top_OnceJson_IsOneReadingOverOneInterval()
    {
        var cola = server.As(out var tenant);
        (await cola.RunAsync("generate", "abc", "--max-tokens", "8")).Succeeded();

        var reading = (await cola.RunAsync([.. Often, "--once", "--json"])).Succeeded().Json();

        var status = reading.GetProperty("status");
        Assert.Equal(("cpu", "float32", 64), (Text(status, "model", "device"), Text(status, "model", "dtype"), Text(status, "model", "sha256").Length));
        Assert.InRange(reading.GetProperty("seconds").GetDouble(), 0.05, 60);
        Assert.Equal(0, reading.GetProperty("tokensPerSecond").GetProperty("train").GetDouble());
        Assert.True(reading.GetProperty("latencySeconds").GetDouble() > reading.GetProperty("seconds").GetDouble());
        Assert.True(reading.GetProperty("timeToFirstToken").GetProperty("p50").GetDouble() > 0);
        Assert.False(reading.GetProperty("timeToFirstToken").TryGetProperty("limit", out _));
        var account = Assert.Single(reading.GetProperty("accounts").EnumerateArray());
        Assert.Equal((tenant, "base"), (Text(account, "tenant"), Text(account, "task")));
        Assert.Equal("8", Text(Assert.Single(status.GetProperty("accounts").EnumerateArray()), "tokens", "decode"));
    }

    [Fact]
    public async Task Top_Once_IsALineInAPipe()
    {
        var result = (await server.As(out _).RunAsync([.. Often, "--once"])).Succeeded();

        Assert.Single(result.Output.TrimEnd().Split('\n'));
        Assert.StartsWith("up 0:", result.Output, StringComparison.Ordinal);
        Assert.Contains("  running 0  waiting 0  ", result.Output, StringComparison.Ordinal);
        Assert.Contains("of 2.0 GiB", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_InAPipe_PrintsLinesUntilCtrlC()
    {
        using var pipe = new WatchedOutput(isTerminal: false, awaited: "\n");

        var result = await WatchAsync(pipe, Often);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.All(result.Output.TrimEnd().Split('\n'), line => Assert.StartsWith("up 0:", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Top_Json_PrintsObjectsUntilCtrlC()
    {
        using var output = new WatchedOutput(isTerminal: true, awaited: "\n{");

        var result = await WatchAsync(output, [.. Often, "--json"]);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.All(result.Output.TrimEnd().Split('\n'), line => Assert.Equal(JsonValueKind.Object, JsonSerializer.Deserialize<JsonElement>(line).ValueKind));
    }

    [Fact]
    public async Task Top_InATerminal_DrawsAScreenUntilCtrlC()
    {
        using var screen = new WatchedOutput(isTerminal: true, awaited: "keys and values");

        var result = await WatchAsync(screen, Often);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("tokens/s", result.Output, StringComparison.Ordinal);
        Assert.Contains("\e[?25h", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_OnceInATerminal_IsAScreenThatStays()
    {
        using var screen = new WatchedOutput(isTerminal: true, awaited: "");

        var result = await server.As(out _).RunOnAsync(screen, [.. Often, "--once"], Token);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("keys and values", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[?25l", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Top_NoServer_FailsAsOtherCommandsDo(bool isTerminal)
    {
        using var output = new WatchedOutput(isTerminal, awaited: "");

        var result = await new CommandLine().RunOnAsync(output, ["top", "--tenant", "acme", "--server", "http://127.0.0.1:9"], Token);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("no server answers at http://127.0.0.1:9", result.Error, StringComparison.Ordinal);
    }

    private static string Text(JsonElement json, params string[] path) => path.Aggregate(json, (inner, name) => inner.GetProperty(name)).GetString()!;

    /// <summary>Runs until it has been seen, and then for as long as it takes to end.</summary>
    private async Task<CommandResult> WatchAsync(WatchedOutput output, string[] args)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var run = server.As(out _).RunOnAsync(output, args, stop.Token);
        await await Task.WhenAny(output.Seen, run);
        await stop.CancelAsync();
        return await run;
    }
}
