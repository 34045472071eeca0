using System.Diagnostics;
using System.Text.Json;

namespace CoLA.Bench.Serving;

/// <summary><c>cola serve</c> as a process of its own, on a free port and a data directory that goes with it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("cola-bench-server-").FullName;
    private readonly Process _process;

    private ServerProcess(string model)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
        };
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "cola.dll"),
            "serve", "--json", "--model", Path.GetFullPath(model), "--data", _data, "--device", "cpu", "--port", "0", "--log", "Warning",
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        _process = Process.Start(start)!;
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Returns when it answers.</summary>
    /// <exception cref="InvalidOperationException">It did not start; it has told on standard error why.</exception>
    public static async Task<ServerProcess> StartAsync(string model, CancellationToken cancellation)
    {
        var server = new ServerProcess(model);
        try
        {
            var line = await server._process.StandardOutput.ReadLineAsync(cancellation);
            using var json = JsonDocument.Parse(line ?? "{}");
            server.Address = json.RootElement.TryGetProperty("address", out var address)
                ? new Uri(address.GetString()!)
                : throw new InvalidOperationException($"the server did not start: {line}");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }
}
