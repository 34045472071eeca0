using CoLA.Core.Catalog;
using CoLA.Core.Rejections;
using CoLA.Core.Tenancy;
using CoLA.Server.Tenancy;
using CoLA.Server.Translation;
using CoLA.V1;
using Grpc.Core;

namespace CoLA.Server.Services;

/// <summary>The contract's tasks, on Core's catalog.</summary>
internal sealed class TaskService(TaskCatalog tasks) : V1.TaskService.TaskServiceBase
{
    public override async Task<RegisterTaskResponse> RegisterTask(RegisterTaskRequest request, ServerCallContext context)
    {
        var mutation = CallMutation.Of(context, request.RequestId, request);
        var pool = PoolName.Parse(request.Pool);
        var registered = await tasks.RegisterAsync(
            mutation,
            TaskName.Parse($"tenants/{mutation.Tenant}/tasks/{request.TaskId}", "task_id"),
            pool,
            request.HasPoolVersion ? NameTranslation.VersionOf(pool, request.PoolVersion, "pool_version") : null,
            request.Spec.ToCore(),
            request.Grants.ToCore("grants"),
            context.CancellationToken).ConfigureAwait(false);
        return new RegisterTaskResponse { Task = registered.Task.ToContract(), Notes = { registered.Notes } };
    }

    public override async Task<TenantTask> UpdateTask(UpdateTaskRequest request, ServerCallContext context)
    {
        var mutation = CallMutation.Of(context, request.RequestId, request);
        var name = TaskName.Parse(request.Name, "name");
        var grants = request.Grants
            ?? throw new InvalidArgumentRejection("grants", "is left out; give the task's grants, an empty list to revoke all");
        return (await tasks.UpdateAsync(mutation, name, grants.Grants.ToCore("grants.grants"), context.CancellationToken).ConfigureAwait(false)).ToContract();
    }

    public override Task<TenantTask> GetTask(GetTaskRequest request, ServerCallContext context) =>
        Task.FromResult(tasks.Get(CallTenant.Of(context), TaskName.Parse(request.Name, "name")).ToContract());

    public override Task<ListTasksResponse> ListTasks(ListTasksRequest request, ServerCallContext context)
    {
        PoolName? pool = request.HasPool ? PoolName.Parse(request.Pool) : null;
        var page = tasks.List(CallTenant.Of(context), includeGranted: true, pool, new PageRequest(request.PageSize, request.PageToken));
        return Task.FromResult(new ListTasksResponse
        {
            Tasks = { page.Items.Select(task => task.ToContract()) },
            NextPageToken = page.NextToken ?? "",
        });
    }

    public override Task<ListTaskVersionsResponse> ListTaskVersions(ListTaskVersionsRequest request, ServerCallContext context)
    {
        var page = tasks.ListVersions(CallTenant.Of(context), TaskName.Parse(request.Task), new PageRequest(request.PageSize, request.PageToken));
        return Task.FromResult(new ListTaskVersionsResponse
        {
            Versions = { page.Items.Select(version => version.ToContract()) },
            NextPageToken = page.NextToken ?? "",
        });
    }

    public override async Task<TenantTask> SetServedVersion(SetServedVersionRequest request, ServerCallContext context)
    {
        var mutation = CallMutation.Of(context, request.RequestId, request);
        var version = TaskVersionName.Parse(request.Version, "version");
        return (await tasks.SetServedVersionAsync(mutation, version.Task, version.Number, context.CancellationToken).ConfigureAwait(false)).ToContract();
    }

    public override async Task<DeleteTaskResponse> DeleteTask(DeleteTaskRequest request, ServerCallContext context)
    {
        await tasks.DeleteAsync(CallMutation.Of(context, request.RequestId, request), TaskName.Parse(request.Name, "name"), context.CancellationToken)
            .ConfigureAwait(false);
        return new DeleteTaskResponse();
    }
}
