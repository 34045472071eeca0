using CoLA.Functional.Tests.Processes;
using CoLA.TestKit;

namespace CoLA.Functional.Tests.Samples;

/// <summary>A server on the model that comes with the project.</summary>
public sealed class ColaTinyServer : IAsyncLifetime
{
    private readonly TemporaryDirectory _data = new();
    private ServerProcess? _server;

    public Uri Address => _server!.Address;

    public async ValueTask InitializeAsync() => _server = await ServerProcess.StartAsync(
        Path.Combine(AppContext.BaseDirectory, "models", "cola-tiny"), _data.Path, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _data.Dispose();
    }
}
