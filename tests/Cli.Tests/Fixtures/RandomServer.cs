using CoLA.Server;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Cli.Tests.Fixtures;

/// <summary>A real server over the small random model, for all tests of a class; each test takes a tenant of its own.</summary>
public sealed class RandomServer : IAsyncLifetime
{
    private readonly TemporaryDirectory _model = new();
    private readonly TemporaryDirectory _data = new();
    private readonly TemporaryDirectory _jobData = new();
    private ColaServer? _server;
    private int _tenants;

    public string Address => _server!.Address.GetLeftPart(UriPartial.Authority);

    /// <summary>The directory whose files jobs may name.</summary>
    internal TemporaryDirectory JobData => _jobData;

    public async ValueTask InitializeAsync()
    {
        var model = RandomModel.Write(_model);
        _server = await ColaServer.StartAsync(options =>
        {
            options.Model.Path = model;
            options.DataDirectory = _data.Path;
            options.Model.Device = "cpu";
            options.Port = 0;
            options.Model.Threads = 1;
            options.Jobs.Data = _jobData.Path;
        });
    }

    /// <summary>A command line in the name of a tenant that nobody else uses.</summary>
    internal CommandLine As(out string tenant)
    {
        tenant = $"tenant-{Interlocked.Increment(ref _tenants)}";
        return As(tenant);
    }

    internal CommandLine As(string tenant, byte[]? input = null, TimeProvider? time = null) => new()
    {
        Time = time ?? TimeProvider.System,
        Variables = { ["COLA_SERVER"] = Address, ["COLA_TENANT"] = tenant },
        Input = input ?? [],
    };

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _model.Dispose();
        _data.Dispose();
        _jobData.Dispose();
    }
}
