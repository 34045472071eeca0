using CoLA.Cli.Tests.Fixtures;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Cli.Tests.Commands;

public sealed class ServeCommandTests(RandomServer server) : IClassFixture<RandomServer>, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Serve_PortThatIsTaken_NamesTheCure()
    {
        var port = new Uri(server.Address).Port;

        var result = await new CommandLine().RunAsync(
            "serve",
            "--model",
            RandomModel.Write(_directory),
            "--data",
            Path.Combine(_directory.Path, "data"),
            "--device",
            "cpu",
            "--threads",
            "1",
            "--port",
            $"{port}");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($":{port}: address already in use", result.Error, StringComparison.Ordinal);
        Assert.Contains("another port with --port", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_CodesOfAFileThatHasNone_NamesWhatToChoose()
    {
        var result = await new CommandLine().RunAsync(
            "serve", "--model", RandomModel.Write(_directory), "--data", _directory.PathOf("data"), "--device", "cpu", "--port", "0", "--quantize", "gguf");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not a GGUF file, and quantization gguf keeps the codes of one; choose int8 or int4", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_OptionsOutOfRange_NamesEveryFlagAtOnce()
    {
        var result = await new CommandLine().RunAsync(
            "serve", "--model", _directory.PathOf("nowhere"), "--data", "", "--device", "tpu", "--host", "somewhere", "--port", "70000", "--threads", "0",
            "--max-rows", "0", "--max-waiting", "0", "--kv-memory", "1KiB", "--adapter-memory", "1", "--training-memory", "1", "--prefill-tokens", "0",
            "--training-tokens", "0",
            "--metrics-port", "70000", "--metrics-names", "0", "--operator", "Nobody!");

        Assert.Equal(2, result.ExitCode);
        string[] flags =
        [
            "--model", "--data", "--device", "--host", "--port", "--threads", "--max-rows", "--max-waiting", "--kv-memory", "--adapter-memory",
            "--training-memory", "--prefill-tokens",
            "--training-tokens", "--metrics-port", "--metrics-names", "--operator",
        ];
        Assert.All(flags, flag => Assert.Contains($"- {flag}: ", result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("Property", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2GB")]
    [InlineData("a lot")]
    [InlineData("-1")]
    [InlineData("99999999999TiB")]
    public async Task Serve_SizeThatIsNone_NamesTheFlagAndTheForm(string size)
    {
        var result = await new CommandLine().RunAsync("serve", "--model", _directory.PathOf("nowhere"), $"--kv-memory={size}");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--kv-memory", result.Error, StringComparison.Ordinal);
        Assert.Contains("512MiB", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1023KiB", "1047552 bytes")]
    [InlineData("0.5 mib", "524288 bytes")]
    [InlineData("1000", "1000 bytes")]
    public async Task Serve_Size_IsReadWithItsUnit(string size, string bytes)
    {
        var result = await new CommandLine().RunAsync("serve", "--model", _directory.PathOf("nowhere"), "--kv-memory", size);

        Assert.Contains(bytes, result.Error, StringComparison.Ordinal);
    }
}
