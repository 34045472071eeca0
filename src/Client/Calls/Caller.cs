using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;

namespace CoLA.Client.Calls;

/// <summary>What every call has: the tenant, a deadline, a request id where the request has one, typed refusals.</summary>
internal sealed class Caller(string tenant, TimeSpan timeout, TimeSpan computeTimeout, TimeProvider time)
{
    private const string RequestIdField = "request_id";

    private readonly Metadata _metadata = new() { { "cola-tenant", tenant } };

    /// <summary>A call that only looks something up or notes something down.</summary>
    public Task<TResponse> LookUpAsync<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method,
        TRequest request,
        TimeSpan? timeoutOfCall,
        CancellationToken cancellationToken)
        where TRequest : IMessage<TRequest> =>
        UnaryAsync(method, request, timeoutOfCall ?? timeout, cancellationToken);

    /// <summary>A call that computes.</summary>
    public Task<TResponse> ComputeAsync<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method,
        TRequest request,
        TimeSpan? timeoutOfCall,
        CancellationToken cancellationToken)
        where TRequest : IMessage<TRequest> =>
        UnaryAsync(method, request, timeoutOfCall ?? computeTimeout, cancellationToken);

    /// <summary>A call whose reply comes in pieces. Leaving the enumeration cancels it; with an infinite timeout nothing else does.</summary>
    public async IAsyncEnumerable<TResponse> StreamAsync<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncServerStreamingCall<TResponse>> method,
        TRequest request,
        TimeSpan? timeoutOfCall,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRequest : IMessage<TRequest>
    {
        var options = Options(timeoutOfCall ?? computeTimeout, cancellationToken);
        using var call = method(request, options);
        while (await TypedAsync(call.ResponseStream.MoveNext(cancellationToken), options).ConfigureAwait(false))
        {
            yield return call.ResponseStream.Current;
        }
    }

    /// <summary>A call whose request goes in pieces.</summary>
    public async Task<TResponse> UploadAsync<TRequest, TResponse>(
        Func<CallOptions, AsyncClientStreamingCall<TRequest, TResponse>> method,
        IEnumerable<TRequest> pieces,
        TimeSpan? timeoutOfCall,
        CancellationToken cancellationToken)
    {
        var options = Options(timeoutOfCall ?? computeTimeout, cancellationToken);
        using var call = method(options);
        try
        {
            foreach (var piece in pieces)
            {
                await call.RequestStream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            }

            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The server has heard enough; its reply says why.
        }

        return await TypedAsync(call.ResponseAsync, options).ConfigureAwait(false);
    }

    /// <summary>A stream both ways, without a deadline.</summary>
    public AsyncDuplexStreamingCall<TRequest, TResponse> Duplex<TRequest, TResponse>(
        Func<CallOptions, AsyncDuplexStreamingCall<TRequest, TResponse>> method,
        CancellationToken cancellationToken) => method(Options(Timeout.InfiniteTimeSpan, cancellationToken));

    /// <summary>Every item of a list, page after page.</summary>
    public async IAsyncEnumerable<TItem> PagesAsync<TRequest, TResponse, TItem>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method,
        Func<string, TRequest> request,
        Func<TResponse, (IEnumerable<TItem> Items, string NextPageToken)> page,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRequest : IMessage<TRequest>
    {
        var token = "";
        do
        {
            var response = await LookUpAsync(method, request(token), null, cancellationToken).ConfigureAwait(false);
            (var items, token) = page(response);
            foreach (var item in items)
            {
                yield return item;
            }
        }
        while (token.Length > 0);
    }

    private async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> method,
        TRequest request,
        TimeSpan timeoutOfCall,
        CancellationToken cancellationToken)
        where TRequest : IMessage<TRequest>
    {
        var options = Options(timeoutOfCall, cancellationToken);
        using var call = method(WithRequestId(request), options);
        return await TypedAsync(call.ResponseAsync, options).ConfigureAwait(false);
    }

    private CallOptions Options(TimeSpan timeoutOfCall, CancellationToken cancellationToken) =>
        new(_metadata, timeoutOfCall == Timeout.InfiniteTimeSpan ? null : (time.GetUtcNow() + timeoutOfCall).UtcDateTime, cancellationToken);

    /// <summary>The request, or a copy with an id of its own where it lacks one: the caller's message may be used again.</summary>
    private static TRequest WithRequestId<TRequest>(TRequest request)
        where TRequest : IMessage<TRequest>
    {
        var field = request.Descriptor.FindFieldByName(RequestIdField);
        if (field is null || field.Accessor.GetValue(request) is string { Length: > 0 })
        {
            return request;
        }

        var copy = request.Clone();
        field.Accessor.SetValue(copy, Guid.NewGuid().ToString("N"));
        return copy;
    }

    private async Task<T> TypedAsync<T>(Task<T> call, CallOptions options)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (RpcException exception) when (
            exception.StatusCode is StatusCode.Cancelled or StatusCode.Unavailable && options.CancellationToken.IsCancellationRequested)
        {
            // The stream may have been cut by the caller's token before the call saw it.
            throw new OperationCanceledException(exception.Status.Detail, exception, options.CancellationToken);
        }
        catch (RpcException exception) when (
            exception.StatusCode == StatusCode.Unavailable && time.GetUtcNow() >= options.Deadline)
        {
            // The server, whose clock ends the call too, has cut the stream before this side's timer went off.
            throw new ColaException(new RpcException(new Grpc.Core.Status(StatusCode.DeadlineExceeded, exception.Status.Detail, exception)));
        }
        catch (RpcException exception)
        {
            throw new ColaException(exception);
        }
    }
}
