using System.Net;
using System.Net.Http.Headers;
using CoLA.Core.Rejections;

namespace CoLA.Models.Hub;

/// <summary>
/// The hub's two public routes. What went wrong leaves it as a rejection that says what to do, or, where another
/// attempt may help, as a <see cref="HubTransientException"/>.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly HubOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public HubClient(HubOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout })
        {
            BaseAddress = new Uri($"{options.BaseAddress.AbsoluteUri.TrimEnd('/')}/"),
            Timeout = Timeout.InfiniteTimeSpan, // A large file takes hours; it is stalls that are timed.
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("cola");
    }

    public async Task<HubListing> ListAsync(HubModelId model, CancellationToken cancellation)
    {
        var route = $"api/models/{model.Name}/revision/{Uri.EscapeDataString(model.Revision)}?blobs=true";
        using var response = await SendAsync(model, route, from: 0, cancellation);
        try
        {
            return HubListing.Parse(model, await response.Content.ReadAsByteArrayAsync(cancellation).WaitAsync(_options.StallTimeout, _time, cancellation));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
        {
            throw Broken(exception);
        }
    }

    /// <summary>The content of a file from byte <paramref name="from"/> on, or from its beginning if the hub chooses so: see its Content-Range.</summary>
    public Task<HttpResponseMessage> OpenAsync(HubModelId model, string commit, HubFile file, long from, CancellationToken cancellation) =>
        SendAsync(
            model,
            $"{model.Name}/resolve/{commit}/{string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString))}",
            from,
            cancellation);

    /// <summary>Up to a buffer of content; 0 at its end.</summary>
    public async ValueTask<int> ReadAsync(Stream content, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellation).AsTask().WaitAsync(_options.StallTimeout, _time, cancellation);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
        {
            throw Broken(exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HubModelId model, string route, long from, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, route);
        if (_options.Token is { } token)
        {
            // On the request, not the client: a redirect to a content network takes it off.
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (from > 0)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
        }

        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation)
                .WaitAsync(_options.StallTimeout, _time, cancellation);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is
            HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError)
        {
            throw new PreconditionRejection(
                $"{_options.BaseAddress} cannot be reached: {exception.Message}. This machine may be offline; what is already "
                + "downloaded is kept, and the same command goes on from there, or copy the model's files into the directory by hand");
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException)
        {
            throw Broken(exception);
        }

        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response;
        }

        using (response)
        {
            throw Refusal(model, response);
        }
    }

    private Exception Refusal(HubModelId model, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        return response.StatusCode switch
        {
            // The hub answers 401 for names that do not exist, too.
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new PermissionRejection(
                $"the hub does not give out {model} ({status}): it does not exist, is private, or its terms must be accepted on its page first; "
                + (_options.Token is null ? "set HF_TOKEN to an access token that may read it" : "the token in HF_TOKEN may not read it")),
            HttpStatusCode.NotFound => new NotFoundRejection(
                $"the hub has no {model} ({response.RequestMessage?.RequestUri?.AbsolutePath}); check its name and revision"),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                new HubTransientException($"{_options.BaseAddress} answered {status}", RetryAfter(response)),
            _ => new PreconditionRejection($"{_options.BaseAddress} answered {status} ({response.ReasonPhrase}) to a request for {model}"),
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => null,
    };

    private HubTransientException Broken(Exception exception) =>
        new($"the connection to {_options.BaseAddress} broke: {exception.Message}");
}
