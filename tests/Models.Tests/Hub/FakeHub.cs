using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CoLA.Models.Tests.Hub;

/// <summary>The hub's two routes on the loopback address, with the faults that a test asks for.</summary>
internal sealed class FakeHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly HttpListener _listener = new();
    private readonly TaskCompletionSource _disposed = new();

    public FakeHub()
    {
        Address = new Uri($"http://127.0.0.1:{FreePort()}");
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Address { get; }

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>SHA-256 that the list states instead of the right one.</summary>
    public Dictionary<string, string> WrongHashes { get; } = [];

    /// <summary>Sizes that the list states instead of the right ones.</summary>
    public Dictionary<string, long> WrongSizes { get; } = [];

    /// <summary>The next answers are these statuses; 0 is no answer at all.</summary>
    public Queue<int> Statuses { get; } = [];

    /// <summary>The next answers with a file break off after so many bytes of it.</summary>
    public Queue<int> Breaks { get; } = [];

    public bool IgnoresRanges { get; set; }

    public bool Redirects { get; set; }

    public string? RetryAfter { get; set; }

    public ConcurrentQueue<(string Path, string? Range, string? Authorization)> Requests { get; } = [];

    /// <summary>An address where nobody listens.</summary>
    public static Uri Nobody() => new($"http://127.0.0.1:{FreePort()}");

    public void Dispose()
    {
        _disposed.SetResult();
        _listener.Close();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                _ = AnswerAsync(context);
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Requests.Enqueue((request.RawUrl!, request.Headers["Range"], request.Headers["Authorization"]));
        if (Statuses.TryDequeue(out var status))
        {
            if (status == 0)
            {
                await _disposed.Task;
            }

            response.StatusCode = status;
            if (RetryAfter is not null)
            {
                response.AddHeader("Retry-After", RetryAfter);
            }

            response.Close();
        }
        else if (request.RawUrl == "/api/models/org/model/revision/main?blobs=true")
        {
            response.Close(Encoding.UTF8.GetBytes(List()), willBlock: false);
        }
        else if (Redirects && !request.RawUrl!.StartsWith("/elsewhere", StringComparison.Ordinal))
        {
            response.Redirect($"/elsewhere{request.RawUrl}");
            response.Close();
        }
        else if (Files.TryGetValue(request.RawUrl!.Split($"/org/model/resolve/{Commit}/")[^1], out var bytes))
        {
            Send(request, response, bytes);
        }
        else
        {
            response.StatusCode = 404;
            response.Close();
        }
    }

    private void Send(HttpListenerRequest request, HttpListenerResponse response, byte[] bytes)
    {
        var from = 0;
        if (request.Headers["Range"] is { } range && !IgnoresRanges)
        {
            from = int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
            response.StatusCode = from < bytes.Length ? 206 : 416;
            response.AddHeader("Content-Range", $"bytes {from}-{bytes.Length - 1}/{bytes.Length}");
        }

        var rest = bytes.AsSpan(Math.Min(from, bytes.Length));
        response.ContentLength64 = rest.Length;
        if (Breaks.TryDequeue(out var length))
        {
            response.OutputStream.Write(rest[..length]);
            response.OutputStream.Flush();
            response.Abort();
            return;
        }

        response.OutputStream.Write(rest);
        response.Close();
    }

    private string List() => JsonSerializer.Serialize(new
    {
        sha = Commit,
        siblings = Files.Select(file =>
        {
            var size = WrongSizes.GetValueOrDefault(file.Key, file.Value.Length);
            var hash = WrongHashes.GetValueOrDefault(file.Key) ?? Convert.ToHexStringLower(SHA256.HashData(file.Value));
            var large = file.Key.EndsWith(".safetensors", StringComparison.Ordinal) || file.Key.EndsWith(".gguf", StringComparison.Ordinal);
            return new { rfilename = file.Key, size, lfs = large ? new { sha256 = hash, size } : null };
        }),
    });
}
