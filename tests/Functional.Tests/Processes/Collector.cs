using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace CoLA.Functional.Tests.Processes;

/// <summary>Takes what is sent by OTLP, as an OpenTelemetry collector would: http/protobuf on one port, gRPC on another.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<(string Path, string Body)> _received = Channel.CreateUnbounded<(string, string)>();

    private Collector(WebApplication app) => _app = app;

    public string HttpAddress => Addresses.First();

    public string GrpcAddress => Addresses.Last();

    private ICollection<string> Addresses => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    public static async Task<Collector> StartAsync(CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var collector = new Collector(builder.Build());
        collector._app.Run(collector.TakeAsync);
        await collector._app.StartAsync(cancellation);
        return collector;
    }

    /// <summary>Waits until each of the words came in a message to the path.</summary>
    public async Task WaitForAsync(string path, IEnumerable<string> words, CancellationToken cancellation)
    {
        var missing = words.ToHashSet(StringComparer.Ordinal);
        while (missing.Count > 0)
        {
            var (to, body) = await _received.Reader.ReadAsync(cancellation);
            missing.RemoveWhere(word => to == path && body.Contains(word, StringComparison.Ordinal));
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        await _received.Writer.WriteAsync((context.Request.Path, Encoding.Latin1.GetString(body.ToArray())), context.RequestAborted);
        if (context.Request.Protocol == HttpProtocol.Http2)
        {
            // An empty message, and that all is well.
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }
}
