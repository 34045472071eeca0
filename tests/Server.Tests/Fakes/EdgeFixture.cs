using System.Net;
using CoLA.Server.Binding;
using CoLA.Server.Interceptors;
using CoLA.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoLA.Server.Tests.Fakes;

/// <summary>The server's edge alone, behind a real socket: requests are read and errors told as in the real one.</summary>
internal sealed class EdgeFixture : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EdgeFixture(WebApplication app, FakeInferenceService service, LogRecorder log)
    {
        _app = app;
        Service = service;
        Log = log;
        Channel = GrpcChannel.ForAddress(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public FakeInferenceService Service { get; }

    public LogRecorder Log { get; }

    public GrpcChannel Channel { get; }

    public InferenceService.InferenceServiceClient Client => new(Channel);

    /// <param name="time">The clock that the edge asks; the system's where it is null.</param>
    public static async Task<EdgeFixture> StartAsync(TimeProvider? time = null)
    {
        var service = new FakeInferenceService();
        var log = new LogRecorder();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging(logging => logging.AddProvider(log));
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton<RejectionInterceptor>();
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<RejectionInterceptor>());
        var app = builder.Build();
        app.MapGrpcService(_ => CheckedServiceBinder.Bind(binder => InferenceService.BindService(binder, service)));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new EdgeFixture(app, service, log);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Log.AssertOnlyAnnouncedErrors();
    }
}
