using CoLA.Client.Calls;
using CoLA.V1;

namespace CoLA.Client.Tasks;

/// <summary>Tasks, their versions and grants. A request id that is left empty is made here.</summary>
/// <remarks>Every call may throw <see cref="ColaException"/>.</remarks>
public sealed class TaskClient
{
    private readonly TaskService.TaskServiceClient _service;
    private readonly Caller _caller;

    internal TaskClient(TaskService.TaskServiceClient service, Caller caller)
    {
        _service = service;
        _caller = caller;
    }

    /// <summary>Registers a task of the caller and makes its version 1.</summary>
    public Task<RegisterTaskResponse> RegisterAsync(RegisterTaskRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.ComputeAsync(_service.RegisterTaskAsync, request, timeout, cancellationToken);

    /// <summary>Ranks the tasks of a pool, and the bare base, by how well they predict the examples of a new task.</summary>
    public Task<FindSimilarResponse> FindSimilarAsync(FindSimilarRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.ComputeAsync(_service.FindSimilarAsync, request, timeout, cancellationToken);

    /// <summary>Replaces a task's grants.</summary>
    public Task<TenantTask> UpdateAsync(UpdateTaskRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.LookUpAsync(_service.UpdateTaskAsync, request, timeout, cancellationToken);

    /// <summary>The task of that name, <c>tenants/TENANT/tasks/TASK</c>.</summary>
    public Task<TenantTask> GetAsync(string name, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.LookUpAsync(_service.GetTaskAsync, new GetTaskRequest { Name = name }, timeout, cancellationToken);

    /// <summary>The tasks that the caller owns or has a grant on, by name; those on <c>pools/POOL</c> where it is given.</summary>
    public IAsyncEnumerable<TenantTask> ListAsync(string? pool = null, CancellationToken cancellationToken = default) =>
        _caller.PagesAsync(
            _service.ListTasksAsync,
            token => Page(pool, token),
            page => (page.Tasks, page.NextPageToken),
            cancellationToken);

    /// <summary>The versions of a task that are kept, newest first. A task is named <c>tenants/TENANT/tasks/TASK</c>.</summary>
    public IAsyncEnumerable<TaskVersion> ListVersionsAsync(string task, CancellationToken cancellationToken = default) =>
        _caller.PagesAsync(
            _service.ListTaskVersionsAsync,
            token => new ListTaskVersionsRequest { Task = task, PageToken = token },
            page => (page.Versions, page.NextPageToken),
            cancellationToken);

    /// <summary>Switches the version that a task serves, forwards or back.</summary>
    public Task<TenantTask> SetServedVersionAsync(SetServedVersionRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.LookUpAsync(_service.SetServedVersionAsync, request, timeout, cancellationToken);

    /// <summary>Deletes a task with all its versions.</summary>
    public Task DeleteAsync(DeleteTaskRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _caller.LookUpAsync(_service.DeleteTaskAsync, request, timeout, cancellationToken);

    private static ListTasksRequest Page(string? pool, string token)
    {
        var request = new ListTasksRequest { PageToken = token };
        if (pool is not null)
        {
            request.Pool = pool;
        }

        return request;
    }
}
