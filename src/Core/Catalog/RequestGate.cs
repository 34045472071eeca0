using System.Collections.Concurrent;
using CoLA.Core.Naming;

namespace CoLA.Core.Catalog;

/// <summary>
/// Lets one call of each request id in at a time: a retry waits for the first try's long work instead of doing it again. It
/// spares work and decides nothing: the ledger lets each request id act once, whoever asks.
/// </summary>
internal sealed class RequestGate
{
    private readonly ConcurrentDictionary<(TenantId Tenant, string RequestId), TaskCompletionSource> _inside = new();

    public async Task<T> EnterAsync<T>(Mutation mutation, Func<Task<T>> work, CancellationToken cancellation)
    {
        var key = (mutation.Tenant, mutation.RequestId);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var first = _inside.GetOrAdd(key, left); first != left; first = _inside.GetOrAdd(key, left))
        {
            await first.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }

        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _inside.TryRemove(key, out _);
            left.SetResult();
        }
    }
}
