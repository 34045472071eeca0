using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Similarity;
using CoLA.Server.Callers;
using CoLA.Server.Translation;
using CoLA.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace CoLA.Server.Services;

/// <summary>The contract's tasks, on Core's catalog.</summary>
internal sealed class TaskService(TaskCatalog tasks, SimilarTasks similar, ILogger<TaskService> logger) : V1.TaskService.TaskServiceBase
{
    public override async Task<RegisterTaskResponse> RegisterTask(RegisterTaskRequest request, ServerCallContext context)
    {
        var mutation = context.Mutation(request.RequestId, request);
        var name = TaskName.Parse($"tenants/{mutation.Tenant}/tasks/{request.TaskId}", "task_id");
        var registered = await Register(request, mutation, name, context.CancellationToken).ConfigureAwait(false);
        if (registered.Task.StartedFrom is { } start)
        {
            logger.Started(name, start);
        }

        return new RegisterTaskResponse { Task = registered.Task.ToContract(), Notes = { registered.Notes } };
    }

    public override async Task<FindSimilarResponse> FindSimilar(FindSimilarRequest request, ServerCallContext context)
    {
        var asked = SimilarityTranslation.ToCore(PoolName.Parse(request.Pool), request.Examples, request.Candidates);
        return (await similar.FindAsync(context.Tenant(), asked, context.CancellationToken).ConfigureAwait(false)).ToContract();
    }

    public override async Task<TenantTask> UpdateTask(UpdateTaskRequest request, ServerCallContext context)
    {
        var mutation = context.Mutation(request.RequestId, request);
        var name = TaskName.Parse(request.Name, "name");
        var grants = request.Grants
            ?? throw new InvalidArgumentRejection("grants", "is left out; give the task's grants, an empty list to revoke all");
        return (await tasks.UpdateAsync(mutation, name, grants.Grants.ToCore("grants.grants"), context.CancellationToken).ConfigureAwait(false)).ToContract();
    }

    public override async Task<TenantTask> GetTask(GetTaskRequest request, ServerCallContext context) => (await tasks.GetAsync(
        context.Tenant(), TaskName.Parse(request.Name, "name"), context.CancellationToken).ConfigureAwait(false)).ToContract();

    public override async Task<ListTasksResponse> ListTasks(ListTasksRequest request, ServerCallContext context)
    {
        PoolName? pool = request.HasPool ? PoolName.Parse(request.Pool) : null;
        var page = await tasks.ListAsync(
            context.Tenant(), includeGranted: true, pool, new PageRequest(request.PageSize, request.PageToken),
            context.CancellationToken).ConfigureAwait(false);
        return new ListTasksResponse
        {
            Tasks = { page.Items.Select(task => task.ToContract()) },
            NextPageToken = page.NextToken ?? "",
        };
    }

    public override async Task<ListTaskVersionsResponse> ListTaskVersions(ListTaskVersionsRequest request, ServerCallContext context)
    {
        var page = await tasks.ListVersionsAsync(
            context.Tenant(), TaskName.Parse(request.Task), new PageRequest(request.PageSize, request.PageToken),
            context.CancellationToken).ConfigureAwait(false);
        return new ListTaskVersionsResponse
        {
            Versions = { page.Items.Select(version => version.ToContract()) },
            NextPageToken = page.NextToken ?? "",
        };
    }

    public override async Task<TenantTask> SetServedVersion(SetServedVersionRequest request, ServerCallContext context)
    {
        var mutation = context.Mutation(request.RequestId, request);
        var version = TaskVersionName.Parse(request.Version, "version");
        return (await tasks.SetServedVersionAsync(mutation, version.Task, version.Number, context.CancellationToken).ConfigureAwait(false)).ToContract();
    }

    public override async Task<DeleteTaskResponse> DeleteTask(DeleteTaskRequest request, ServerCallContext context)
    {
        await tasks.DeleteAsync(context.Mutation(request.RequestId, request), TaskName.Parse(request.Name, "name"), context.CancellationToken)
            .ConfigureAwait(false);
        return new DeleteTaskResponse();
    }

    private Task<RegisteredTask> Register(RegisterTaskRequest request, Mutation mutation, TaskName name, CancellationToken cancellation)
    {
        var pool = PoolName.Parse(request.Pool);
        int? poolVersion = request.HasPoolVersion ? NameTranslation.VersionOf(pool, request.PoolVersion, "pool_version") : null;
        var grants = request.Grants.ToCore("grants");
        return request.StartCase switch
        {
            RegisterTaskRequest.StartOneofCase.From => tasks.RegisterFromAsync(
                mutation, request.Spec.ToNewcomer(name, pool, poolVersion, grants), TaskName.Parse(request.From, "from"), null, [], cancellation),
            RegisterTaskRequest.StartOneofCase.MostSimilarTo => similar.RegisterAsync(
                mutation,
                request.Spec.ToNewcomer(name, pool, poolVersion, grants),
                SimilarityTranslation.ToCore(pool, request.MostSimilarTo.Examples, request.MostSimilarTo.Candidates),
                cancellation),
            _ => tasks.RegisterAsync(mutation, name, pool, poolVersion, request.Spec.ToCore(), grants, cancellation),
        };
    }
}
