using System.Text.Json;
using CoLA.Client;

namespace CoLA.Functional.Tests.Processes;

/// <summary><c>cola serve</c> on a free port, and clients of it that never repeat a call by themselves.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly ColaProcess _process;
    private readonly ColaClient _client;

    private ServerProcess(ColaProcess process, Uri address)
    {
        _process = process;
        Address = address;
        _client = new ColaClient(new ColaClientOptions
        {
            Address = address,
            Tenant = "acme",
            Retry = new ColaRetryOptions { MaximumAttempts = 1 },
        });
    }

    public int Id => _process.Id;

    public Uri Address { get; }

    /// <summary>The tenant <c>acme</c>.</summary>
    public ColaClient Acme => _client;

    public static IEnumerable<string> Arguments(string model, string data) =>
        ["serve", "--json", "--model", model, "--data", data, "--device", "cpu", "--port", "0", "--threads", "1", "--log", "Warning"];

    /// <summary>Returns when it answers.</summary>
    public static Task<ServerProcess> StartAsync(string model, string data, CancellationToken cancellation) => StartAsync(model, data, [], cancellation);

    /// <inheritdoc cref="StartAsync(string, string, CancellationToken)"/>
    /// <param name="model">Its model.</param>
    /// <param name="data">Its data directory.</param>
    /// <param name="variables">What its environment has on top of ours.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public static async Task<ServerProcess> StartAsync(
        string model, string data, IEnumerable<KeyValuePair<string, string>> variables, CancellationToken cancellation)
    {
        var process = ColaProcess.Start(variables, Arguments(model, data));
        try
        {
            var line = await process.Output.ReadLineAsync(cancellation);
            if (line is null || !JsonDocument.Parse(line).RootElement.TryGetProperty("address", out var address))
            {
                var ending = await process.WaitForEndAsync(cancellation);
                throw new InvalidOperationException($"the server did not start: exit code {ending.ExitCode}, {line}\n{ending.Error}");
            }

            return new ServerProcess(process, new Uri(address.GetString()!));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ColaClient As(string tenant) => _client.As(tenant);

    public Task KillAsync() => _process.KillAsync();

    public Task<Ending> WaitForEndAsync(CancellationToken cancellation) => _process.WaitForEndAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
    }
}
