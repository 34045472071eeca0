using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoLA.Client.Tests.Fakes;

/// <summary>A server of our contract behind a real socket, whose answers a test writes itself.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
    }

    public Uri Address { get; }

    public static async Task<FakeServer> StartAsync(FakeAnswers answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(answers);
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<FakePoolService>();
        app.MapGrpcService<FakeTrainingService>();
        app.MapGrpcService<FakeJobService>();
        app.MapGrpcService<FakeInferenceService>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FakeServer(app);
    }

    public ColaClient Client(Action<ColaClientOptions>? configure = null)
    {
        var options = new ColaClientOptions
        {
            Address = Address,
            Tenant = "acme",
            Retry = new ColaRetryOptions { InitialBackoff = TimeSpan.FromMilliseconds(1), MaximumBackoff = TimeSpan.FromMilliseconds(1) },
        };
        configure?.Invoke(options);
        return new ColaClient(options);
    }

    /// <summary>Breaks the TCP connection under a call, as a crash or a cable does.</summary>
    public static void Drop(ServerCallContext context) =>
        context.GetHttpContext().Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
