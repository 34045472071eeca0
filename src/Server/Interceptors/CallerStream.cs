using Grpc.Core;

namespace CoLA.Server.Interceptors;

/// <summary>The requests that a caller streams. One that breaks off has gone, whether or not the call's token says so yet.</summary>
internal sealed class CallerStream<T>(IAsyncStreamReader<T> requests) : IAsyncStreamReader<T>
{
    public T Current => requests.Current;

    /// <exception cref="CallerGoneException">The stream broke off.</exception>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            return await requests.MoveNext(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException broken)
        {
            throw new CallerGoneException(broken);
        }
    }
}
