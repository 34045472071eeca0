using CoLA.Core.Rejections;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace CoLA.Server.Interceptors;

/// <summary>
/// The one place where exceptions become statuses: what was refused on purpose tells the caller why, anything else
/// tells it only an id under which the log has the rest.
/// </summary>
internal sealed class RejectionInterceptor(ILogger<RejectionInterceptor> logger, TimeProvider time) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(new CallerStream<TRequest>(requestStream), context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(new CallerStream<TRequest>(requestStream), responseStream, context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    private RpcException Translate(Exception exception, ServerCallContext context)
    {
        switch (exception)
        {
            case Rejection rejection:
                var refusal = RejectionStatus.Of(rejection).ToRpcException();
                logger.Refused(context.Method, refusal.StatusCode);
                return refusal;
            case RpcException chosen:
                logger.Refused(context.Method, chosen.StatusCode);
                return chosen;
            // The library refuses to write to a caller that has gone as an operation that is not valid.
            case OperationCanceledException or IOException or InvalidOperationException when HasGone(context):
            case CallerGoneException:
                logger.Abandoned(context.Method);
                return new RpcException(new Status(StatusCode.Cancelled, "the caller went away"));
            default:
                var failureId = Guid.NewGuid().ToString("N");
                logger.Failed(exception, context.Method, failureId);
                return new RpcException(new Status(StatusCode.Internal, $"the server failed; its log has the reason under {failureId}"));
        }
    }

    // Where a call has a deadline, writes are refused before its token is cancelled: of a reset the request knows first, of the deadline the clock.
    private bool HasGone(ServerCallContext context) =>
        context.CancellationToken.IsCancellationRequested
        || context.GetHttpContext().RequestAborted.IsCancellationRequested
        || context.Deadline <= time.GetUtcNow().UtcDateTime;
}
