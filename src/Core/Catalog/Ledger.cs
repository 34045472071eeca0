using CoLA.Core.Artifacts;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>
/// Every change of the registry goes through here: its effect, its request id and its reply are one transaction, and
/// files that nothing names any more are removed after it. It knows nothing of what is changed.
/// </summary>
internal sealed class Ledger(RegistryDatabase database, ArtifactStore artifacts, TimeProvider time)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(24);

    /// <summary>After each commit and before its reply: what was remembered of the registry is out of date.</summary>
    public event Action? Committed;

    /// <summary>Unix milliseconds.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public T Read<T>(Func<RegistryTransaction, T> read) => database.Read(read);

    /// <summary>Acts once per request id; again, it gives the stored reply.</summary>
    /// <param name="mutation">Who asks, and under which id.</param>
    /// <param name="action">The contract's name of the method.</param>
    /// <param name="act">The effect and its reply, which is stored as JSON. What it throws undoes everything.</param>
    /// <param name="cancellation">Ends the wait for one's turn; the effect itself is not cut short.</param>
    /// <param name="written">Files that the effect names. Those that the registry does not name afterwards are removed.</param>
    /// <exception cref="InvalidArgumentRejection">The id is missing, too long, or was used for another request.</exception>
    public async Task<T> ActAsync<T>(
        Mutation mutation,
        string action,
        Func<RegistryTransaction, T> act,
        CancellationToken cancellation,
        params IReadOnlyList<Artifact> written)
    {
        var settled = false;
        IReadOnlyList<string> letGo = [];
        try
        {
            return await database.TransactAsync(
                registry =>
                {
                    letGo = registry.Files.LetGo;
                    return ActIn(registry, mutation, action, act, written);
                },
                () =>
                {
                    settled = true;
                    Settle(letGo, written);
                },
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (!settled)
            {
                artifacts.Release(written);
            }
        }
    }

    /// <summary>The reply that the request got before; default where it is new.</summary>
    /// <exception cref="InvalidArgumentRejection">The id is missing, too long, or was used for another request.</exception>
    public T? FindReply<T>(Mutation mutation, string action)
        where T : class => Read(registry => FindReply(registry, mutation, action) is { } reply ? CatalogJson.Read<T>(reply) : null);

    private T ActIn<T>(RegistryTransaction registry, Mutation mutation, string action, Func<RegistryTransaction, T> act, IReadOnlyList<Artifact> written)
    {
        if (FindReply(registry, mutation, action) is { } reply)
        {
            return CatalogJson.Read<T>(reply);
        }

        if (written.FirstOrDefault(artifact => !artifacts.Contains(artifact)) is { } missing)
        {
            throw new InvalidOperationException($"{missing} must be written before it is named");
        }

        var now = Now;
        var tenant = mutation.Tenant.Value;
        registry.Requests.EnsureTenant(tenant, now);
        registry.Requests.Prune(now - (long)Remembered.TotalMilliseconds);
        var result = act(registry);
        registry.Requests.Insert(new RequestRow
        {
            Tenant = tenant,
            Id = mutation.RequestId,
            Action = action,
            Hash = mutation.RequestHash,
            Reply = CatalogJson.Write(result),
            Created = now,
        });
        return result;
    }

    private string? FindReply(RegistryTransaction registry, Mutation mutation, string action)
    {
        if (mutation.RequestId is not { Length: >= 1 and <= Mutation.MaximumRequestIdLength })
        {
            throw new InvalidArgumentRejection(
                "request_id",
                $"is required, 1 to {Mutation.MaximumRequestIdLength} characters; use a new one for each request and the same one for its retries");
        }

        var row = registry.Requests.Find(mutation.Tenant.Value, mutation.RequestId, Now - (long)Remembered.TotalMilliseconds);
        return row is null || (row.Action == action && row.Hash.AsSpan().SequenceEqual(mutation.RequestHash))
            ? row?.Reply
            : throw new InvalidArgumentRejection("request_id", $"'{mutation.RequestId}' was used for another request in the last 24 hours");
    }

    private void Settle(IReadOnlyList<string> letGo, IReadOnlyList<Artifact> written)
    {
        Committed?.Invoke();
        artifacts.Release(written);
        artifacts.Loosen(letGo);
        artifacts.Sweep(hash => database.Read(registry => registry.Files.Contains(hash)));
    }
}
