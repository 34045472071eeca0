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

        var result = await new CommandLine().RunAsync("serve", "--model", RandomModel.Write(_directory), "--data", Path.Combine(_directory.Path, "data"), "--device", "cpu", "--threads", "1", "--port", $"{port}");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($":{port}: address already in use", result.Error, StringComparison.Ordinal);
        Assert.Contains("another port with --port", result.Error, StringComparison.Ordinal);
    }
}
