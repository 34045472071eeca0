using CoLA.Functional.Tests.Processes;
using CoLA.TestKit;

namespace CoLA.Functional.Tests;

public sealed class ServeCommandTests : IDisposable
{
    private const int Ok = 0;
    private const int Failed = 1;
    private const int Usage = 2;

    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Serve_Terminated_EndsCleanlyAndLetsGoOfTheData()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM");
        RandomModel.Write(_model);
        Ending ending;
        await using (var server = await StartAsync())
        {
            await server.Acme.Pools.CreateAsync(Requests.Pool("kept"), cancellationToken: Token);
            Signals.SendTerminate(server.Id);
            ending = await server.WaitForEndAsync(Token);
        }

        await using var next = await StartAsync();

        Assert.Equal(Ok, ending.ExitCode);
        Assert.Empty(ending.Error);
        Assert.Equal("pools/kept", (await next.Acme.Pools.GetAsync("pools/kept", cancellationToken: Token)).Name);
    }

    [Fact]
    public async Task Serve_DataDirectoryOfAnotherServer_IsRefusedAndTheFirstGoesOn()
    {
        RandomModel.Write(_model);
        await using var first = await StartAsync();

        var ending = await ColaProcess.RunAsync(Token, ServerProcess.Arguments(_model.Path, _data.Path));

        AssertRefused(Failed, ending, "in use by another server", _data.Path);
        await first.Acme.Pools.CreateAsync(Requests.Pool("still-there"), cancellationToken: Token);
    }

    [Fact]
    public async Task Serve_TruncatedGguf_NamesTheFile()
    {
        var file = _model.Write("short.gguf", [.. "GGUF"u8, 3, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1]);

        AssertRefused(Failed, await ColaProcess.RunAsync(Token, ServerProcess.Arguments(file, _data.Path)), "short.gguf");
    }

    [Fact]
    public async Task Serve_MissingShard_NamesTheShard()
    {
        RandomModel.Write(_model);
        File.Delete(_model.PathOf("model.safetensors"));
        _model.Write("model.safetensors.index.json", """{"metadata": {}, "weight_map": {"model.norm.weight": "model-00002-of-00002.safetensors"}}""");

        AssertRefused(Failed, await ColaProcess.RunAsync(Token, ServerProcess.Arguments(_model.Path, _data.Path)), "model-00002-of-00002.safetensors");
    }

    [Fact]
    public async Task Serve_MissingModelDirectory_NamesTheDirectory() =>
        AssertRefused(Usage, await ColaProcess.RunAsync(Token, ServerProcess.Arguments(_model.PathOf("nowhere"), _data.Path)), _model.PathOf("nowhere"));

    private static void AssertRefused(int exitCode, Ending ending, params string[] words)
    {
        Assert.Equal(exitCode, ending.ExitCode);
        Assert.All(words, word => Assert.Contains(word, ending.Error, StringComparison.Ordinal));
        Assert.StartsWith("Error: ", ending.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ending.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", ending.Error, StringComparison.Ordinal);
        Assert.Contains($"\"exitCode\":{exitCode}", ending.Output, StringComparison.Ordinal);
    }

    private Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(_model.Path, _data.Path, Token);
}
