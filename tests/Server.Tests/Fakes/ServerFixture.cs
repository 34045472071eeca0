using CoLA.Client;
using CoLA.TestKit;
using CoLA.V1;
using Microsoft.Extensions.Logging;

namespace CoLA.Server.Tests.Fakes;

/// <summary>A real server on a real socket with a small random model, and clients of it.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();
    private readonly LogRecorder _log = new();
    private ColaServer? _server;
    private ColaClient? _client;

    public Uri Address => _server!.Address;

    /// <summary>The tenant <c>acme</c>.</summary>
    public ColaClient Acme => _client!;

    public async ValueTask InitializeAsync()
    {
        RandomModel.Write(_model);
        await StartAsync();
    }

    /// <summary>Stops the server and starts another on the same data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public ColaClient As(string tenant) => Acme.As(tenant);

    /// <summary>A small pool of the caller's.</summary>
    public static Task<Pool> CreatePool(ColaClient client, Sharing? sharing = null, PoolSpec? spec = null) => client.Pools.CreateAsync(
        new CreatePoolRequest { Spec = spec ?? new PoolSpec { M = 2, Rank = 2, Alpha = 4 }, Sharing = sharing },
        cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>A small task of the caller's on <paramref name="pool"/>.</summary>
    public static async Task<TenantTask> RegisterTask(ColaClient client, Pool pool, string id, params Grant[] grants) => (await client.Tasks.RegisterAsync(
        new RegisterTaskRequest
        {
            TaskId = id,
            Pool = pool.Name,
            Spec = new TaskSpec { Strategy = Strategy.Full, N = 2 },
            Grants = { grants },
        },
        cancellationToken: TestContext.Current.CancellationToken)).Task;

    public static Sharing Public() => new() { Visibility = Visibility.Public };

    public static Grant Grant(ColaClient client, params Permission[] permissions) => new() { Tenant = client.Tenant, Permissions = { permissions } };

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _model.Dispose();
        _data.Dispose();
        _log.AssertOnlyAnnouncedErrors();
    }

    private async Task StartAsync()
    {
        _server = await ColaServer.StartAsync(
            options =>
            {
                options.Model.Path = _model.Path;
                options.DataDirectory = _data.Path;
                options.Model.Device = "cpu";
                options.Port = 0;
                options.Model.Threads = 1;
            },
            logging => logging.AddProvider(_log),
            TestContext.Current.CancellationToken);
        _client = new ColaClient(new ColaClientOptions { Address = _server.Address, Tenant = "acme" });
    }

    private async Task StopAsync()
    {
        _client?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
