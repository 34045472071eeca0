using CoLA.Client.Calls;
using CoLA.V1;

namespace CoLA.Client.Pools;

/// <summary>Pools of shared A matrices. A request id that is left empty is made here.</summary>
/// <remarks>Every call may throw <see cref="ColaException"/>.</remarks>
public sealed class PoolClient
{
    private readonly PoolService.PoolServiceClient _service;
    private readonly Caller _caller;

    internal PoolClient(PoolService.PoolServiceClient service, Caller caller)
    {
        _service = service;
        _caller = caller;
    }

    /// <summary>Makes a pool and its version 1.</summary>
    public Task<Pool> CreateAsync(CreatePoolRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.ComputeAsync(_service.CreatePoolAsync, request, timeout, cancellationToken);

    /// <summary>The pool of that name, <c>pools/POOL</c>.</summary>
    public Task<Pool> GetAsync(string name, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.LookUpAsync(_service.GetPoolAsync, new GetPoolRequest { Name = name }, timeout, cancellationToken);

    /// <summary>Changes whom a pool is shared with, or its current version.</summary>
    public Task<Pool> UpdateAsync(UpdatePoolRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.LookUpAsync(_service.UpdatePoolAsync, request, timeout, cancellationToken);

    /// <summary>The pools that the caller owns or may join, by name.</summary>
    public IAsyncEnumerable<Pool> ListAsync(CancellationToken cancellationToken = default) =>
        _caller.PagesAsync(
            _service.ListPoolsAsync,
            token => new ListPoolsRequest { PageToken = token },
            page => (page.Pools, page.NextPageToken),
            cancellationToken);

    /// <summary>The versions of a pool that are kept, newest first. A pool is named <c>pools/POOL</c>.</summary>
    public IAsyncEnumerable<PoolVersion> ListVersionsAsync(string pool, CancellationToken cancellationToken = default) =>
        _caller.PagesAsync(
            _service.ListPoolVersionsAsync,
            token => new ListPoolVersionsRequest { Pool = pool, PageToken = token },
            page => (page.Versions, page.NextPageToken),
            cancellationToken);

    /// <summary>Deletes a pool that no task is attached to.</summary>
    public Task DeleteAsync(DeletePoolRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.LookUpAsync(_service.DeletePoolAsync, request, timeout, cancellationToken);
}
