using CoLA.Core.Artifacts;
using CoLA.Core.Naming;
using CoLA.Core.Ownership;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>
/// Every change of the registry goes through here. Its effect, its request id and its reply are one transaction; after it,
/// artifacts that nothing names any more are removed. It knows nothing of what is changed. Thread-safe.
/// </summary>
/// <param name="registry">What is changed.</param>
/// <param name="artifacts">The artifacts that its rows name.</param>
/// <param name="changes">Where each commit is announced.</param>
/// <param name="ownership">Whether this process removes artifacts.</param>
/// <param name="time">The clock of all rows.</param>
internal sealed class Ledger(IRegistry registry, ArtifactStore artifacts, RegistryChanges changes, IOwnership ownership, TimeProvider time)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(24);

    /// <summary>Unix milliseconds.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc cref="IRegistry.ReadAsync"/>
    public ValueTask<T> ReadAsync<T>(Func<IRegistryReader, ValueTask<T>> read, CancellationToken cancellation) => registry.ReadAsync(read, cancellation);

    /// <summary>Acts once for each request id. For an id that has acted before, gives the stored reply.</summary>
    /// <param name="mutation">Who asks, and under which id.</param>
    /// <param name="action">The contract's name of the method.</param>
    /// <param name="act">The effect and its reply, which is stored as JSON. What it throws undoes everything. May run more than once.</param>
    /// <param name="cancellation">Ends the wait for the transaction's turn; the effect itself is not interrupted.</param>
    /// <param name="written">Artifacts that the effect names. Those that the registry does not name afterwards are removed.</param>
    /// <exception cref="InvalidArgumentRejection">The id is missing, too long, or was used for another request.</exception>
    public Task<T> ActAsync<T>(
        Mutation mutation,
        string action,
        Func<IRegistryTransaction, ValueTask<T>> act,
        CancellationToken cancellation,
        params IReadOnlyList<Artifact> written) => CommitAsync(run => ActOnceAsync(run, mutation, action, act), written, cancellation);

    /// <summary>A change that the server makes by itself: nobody repeats it, so no reply is stored.</summary>
    /// <param name="act">The effect. What it throws undoes everything. May run more than once.</param>
    /// <param name="cancellation">Ends the wait for the transaction's turn; the effect itself is not interrupted.</param>
    public Task<T> ActAsync<T>(Func<IRegistryTransaction, ValueTask<T>> act, CancellationToken cancellation) => CommitAsync(act, [], cancellation);

    /// <summary>The reply that the request got before; null where it is new.</summary>
    /// <exception cref="InvalidArgumentRejection">The id is missing, too long, or was used for another request.</exception>
    public ValueTask<T?> FindReplyAsync<T>(Mutation mutation, string action, CancellationToken cancellation)
        where T : class => ReadAsync(
        async reader => await FindReplyAsync(reader, mutation, action).ConfigureAwait(false) is { } reply ? CatalogJson.Read<T>(reply) : null,
        cancellation);

    private async Task<T> CommitAsync<T>(
        Func<IRegistryTransaction, ValueTask<T>> act,
        IReadOnlyList<Artifact> written,
        CancellationToken cancellation)
    {
        if (written.FirstOrDefault(artifact => !artifacts.IsAwaited(artifact)) is { } missing)
        {
            throw new InvalidOperationException($"{missing} must be written before it is named");
        }

        try
        {
            var (result, letGo) = await registry.TransactAsync(
                async run => (await act(run).ConfigureAwait(false), run.LetGo),
                cancellation).ConfigureAwait(false);
            artifacts.Loosen(letGo);
            changes.Announce();
            return result;
        }
        finally
        {
            artifacts.Release(written);
            await RemoveLooseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Removes loose artifacts; what a registry that is being closed leaves is collected at the next start.</summary>
    private async Task RemoveLooseAsync()
    {
        try
        {
            if (ownership.CollectsArtifacts)
            {
                await artifacts.SweepAsync(hash => ReadAsync(reader => reader.Files.ContainsAsync(hash), CancellationToken.None)).ConfigureAwait(false);
            }
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private async ValueTask<T> ActOnceAsync<T>(
        IRegistryTransaction run,
        Mutation mutation,
        string action,
        Func<IRegistryTransaction, ValueTask<T>> act)
    {
        if (await FindReplyAsync(run, mutation, action).ConfigureAwait(false) is { } known)
        {
            return CatalogJson.Read<T>(known);
        }

        var now = Now;
        var tenant = mutation.Tenant.Value;
        if (await run.Tenants.FindAsync(tenant).ConfigureAwait(false) is null)
        {
            run.Put(new TenantRow { Id = tenant, Created = now });
        }

        var result = await act(run).ConfigureAwait(false);
        var reply = CatalogJson.Write(result);
        run.Put(mutation.Job is { } job
            ? new JobReplyRow { Job = await KeyOfAsync(run, job).ConfigureAwait(false), Id = mutation.RequestId, Reply = reply }
            : new RequestRow
            {
                Tenant = tenant,
                Id = mutation.RequestId,
                Action = action,
                Hash = mutation.RequestHash,
                Reply = reply,
                Created = now,
                Expires = now + (long)Remembered.TotalMilliseconds,
            });
        return result;
    }

    private async ValueTask<string?> FindReplyAsync(IRegistryReader reader, Mutation mutation, string action)
    {
        if (mutation.RequestId is not { Length: >= 1 and <= Mutation.MaximumRequestIdLength })
        {
            throw new InvalidArgumentRejection(
                "request_id",
                $"is required, 1 to {Mutation.MaximumRequestIdLength} characters; use a new one for each request and the same one for its retries");
        }

        if (mutation.Job is { } job)
        {
            var key = await KeyOfAsync(reader, job).ConfigureAwait(false);
            return (await reader.Jobs.FindReplyAsync(key, mutation.RequestId).ConfigureAwait(false))?.Reply;
        }

        var row = await reader.Requests.FindAsync(mutation.Tenant.Value, mutation.RequestId).ConfigureAwait(false);
        return row is null || row.Expires <= Now ? null
            : row.Action == action && row.Hash.AsSpan().SequenceEqual(mutation.RequestHash) ? row.Reply
            : throw new InvalidArgumentRejection("request_id", $"'{mutation.RequestId}' was used for another request in the last 24 hours");
    }

    private static async ValueTask<long> KeyOfAsync(IRegistryReader reader, JobName job) =>
        (await reader.Jobs.FindAsync(job.Tenant.Value, job.Job).ConfigureAwait(false) ?? throw NotFoundRejection.Of(job)).Key;
}
