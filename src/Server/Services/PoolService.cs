using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Naming;
using CoLA.Server.Callers;
using CoLA.Server.Translation;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Server.Services;

/// <summary>The contract's pools, on Core's catalog.</summary>
internal sealed class PoolService(PoolCatalog pools) : V1.PoolService.PoolServiceBase
{
    public override async Task<Pool> CreatePool(CreatePoolRequest request, ServerCallContext context)
    {
        var created = await pools.CreateAsync(
            context.Mutation(request.RequestId, request),
            request.PoolId.Length == 0 ? null : request.PoolId,
            request.Spec.ToCore(),
            request.Sharing?.ToCore() ?? PoolSharing.Private,
            context.CancellationToken).ConfigureAwait(false);
        return created.ToContract();
    }

    public override async Task<Pool> GetPool(GetPoolRequest request, ServerCallContext context) => (await pools.GetAsync(
        context.Tenant(), PoolName.Parse(request.Name, "name"), context.CancellationToken).ConfigureAwait(false)).ToContract();

    public override async Task<Pool> UpdatePool(UpdatePoolRequest request, ServerCallContext context)
    {
        var mutation = context.Mutation(request.RequestId, request);
        var name = PoolName.Parse(request.Name, "name");
        int? version = request.HasCurrentVersion ? NameTranslation.VersionOf(name, request.CurrentVersion, "current_version") : null;
        return (await pools.UpdateAsync(mutation, name, request.Sharing?.ToCore(), version, context.CancellationToken).ConfigureAwait(false)).ToContract();
    }

    public override async Task<ListPoolsResponse> ListPools(ListPoolsRequest request, ServerCallContext context)
    {
        var page = await pools.ListAsync(
            context.Tenant(), new PageRequest(request.PageSize, request.PageToken), context.CancellationToken).ConfigureAwait(false);
        return new ListPoolsResponse
        {
            Pools = { page.Items.Select(pool => pool.ToContract()) },
            NextPageToken = page.NextToken ?? "",
        };
    }

    public override async Task<ListPoolVersionsResponse> ListPoolVersions(ListPoolVersionsRequest request, ServerCallContext context)
    {
        var page = await pools.ListVersionsAsync(
            context.Tenant(), PoolName.Parse(request.Pool, "pool"), new PageRequest(request.PageSize, request.PageToken),
            context.CancellationToken).ConfigureAwait(false);
        return new ListPoolVersionsResponse
        {
            Versions = { page.Items.Select(version => version.ToContract()) },
            NextPageToken = page.NextToken ?? "",
        };
    }

    public override async Task<DeletePoolResponse> DeletePool(DeletePoolRequest request, ServerCallContext context)
    {
        await pools.DeleteAsync(context.Mutation(request.RequestId, request), PoolName.Parse(request.Name, "name"), context.CancellationToken)
            .ConfigureAwait(false);
        return new DeletePoolResponse();
    }
}
