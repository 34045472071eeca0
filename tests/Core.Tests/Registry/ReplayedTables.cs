using System.Collections.Immutable;
using CoLA.Core.Registry;

namespace CoLA.Core.Tests.Registry;

/// <summary>The tables of one run: rows by table and key, all of which every search looks at.</summary>
internal sealed class ReplayedTables(ReplayingRegistry registry, ImmutableDictionary<string, RegistryRow> rows)
    : IRegistryTransaction, ITenantTable, IRequestTable, IPoolTable, ITaskTable, ISessionTable, IJobTable, IFileTable
{
    private readonly List<string> _letGo = [];

    public ImmutableDictionary<string, RegistryRow> Rows { get; private set; } = rows;

    public ITenantTable Tenants => this;

    public IRequestTable Requests => this;

    public IPoolTable Pools => this;

    public ITaskTable Tasks => this;

    public ISessionTable Sessions => this;

    public IJobTable Jobs => this;

    public IFileTable Files => this;

    public IReadOnlyList<string> LetGo => _letGo;

    public ValueTask<long> NewKeyAsync() => ValueTask.FromResult(registry.NewKey());

    public void Put(RegistryRow row)
    {
        if (NameOf(row) is { } name && Rows.Values.Any(other => NameOf(other) == name && KeyOf(other) != KeyOf(row)))
        {
            throw new InvalidOperationException($"There are two of {name}.");
        }

        Rows = Rows.SetItem(KeyOf(row), row);
    }

    public void Delete(RegistryRow row) => Rows = Rows.Remove(KeyOf(row));

    public void DeleteJobEvents(long job, long after) =>
        Rows = Rows.RemoveRange(Of<JobEventRow>().Where(row => row.Job == job && row.Number > after).Select(KeyOf).ToList());

    public void LetGoOf(string? sha256)
    {
        if (sha256 is not null)
        {
            _letGo.Add(sha256);
        }
    }

    /// <summary>Fails where a row is left that belongs to a row that is gone.</summary>
    public void RequireOwners()
    {
        foreach (var row in Rows.Values)
        {
            if (OwnersOf(row).FirstOrDefault(owner => !Rows.ContainsKey(owner)) is { } missing)
            {
                throw new InvalidOperationException($"{KeyOf(row)} belongs to {missing}, which is not there.");
            }
        }
    }

    ValueTask<TenantRow?> ITenantTable.FindAsync(string id) => First<TenantRow>(row => row.Id == id);

    ValueTask<RequestRow?> IRequestTable.FindAsync(string tenant, string id) => First<RequestRow>(row => row.Tenant == tenant && row.Id == id);

    ValueTask<PoolRow?> IPoolTable.FindAsync(string id) => First<PoolRow>(row => row.Id == id);

    ValueTask<PoolRow?> IPoolTable.FindAsync(long key) => First<PoolRow>(row => row.Key == key);

    ValueTask<IReadOnlyList<PoolRow>> IPoolTable.ListOwnedAsync(string owner, string after, int limit) =>
        PoolsAfter(after, limit, row => row.Owner == owner);

    ValueTask<IReadOnlyList<PoolRow>> IPoolTable.ListSharedAsync(string tenant, string after, int limit) =>
        PoolsAfter(after, limit, row => row.Shares.Contains(tenant));

    ValueTask<IReadOnlyList<PoolRow>> IPoolTable.ListByVisibilityAsync(string visibility, string after, int limit) =>
        PoolsAfter(after, limit, row => row.Visibility == visibility);

    ValueTask<PoolVersionRow?> IPoolTable.FindVersionAsync(long pool, int number) =>
        First<PoolVersionRow>(row => row.Pool == pool && row.Number == number);

    ValueTask<IReadOnlyList<PoolVersionRow>> IPoolTable.ListVersionsAsync(long pool, int before, int limit) =>
        Page(Of<PoolVersionRow>().Where(row => row.Pool == pool && row.Number < before).OrderByDescending(row => row.Number), limit);

    ValueTask<IReadOnlyCollection<int>> IPoolTable.VersionsInUseAsync(long pool)
    {
        var tasks = Of<TaskRow>().Where(row => row.Pool == pool).Select(row => row.Key).ToHashSet();
        var sessions = Of<SessionRow>().Where(row => row.Pool == pool).ToDictionary(row => row.Key);
        return ValueTask.FromResult<IReadOnlyCollection<int>>(
        [
            .. Of<TaskVersionRow>().Where(row => tasks.Contains(row.Task)).Select(row => row.PoolVersion)
                .Concat(sessions.Values.Select(row => row.PoolVersion))
                .Concat(sessions.Values.Select(row => row.StandPoolVersion))
                .Concat(Of<SessionStateRow>().Where(row => sessions.ContainsKey(row.Session)).Select(row => row.PoolVersion))
                .Distinct(),
        ]);
    }

    ValueTask<TaskRow?> ITaskTable.FindAsync(string tenant, string id) => First<TaskRow>(row => row.Tenant == tenant && row.Id == id);

    ValueTask<TaskRow?> ITaskTable.FindAsync(long key) => First<TaskRow>(row => row.Key == key);

    ValueTask<IReadOnlyList<TaskRow>> ITaskTable.ListOwnedAsync(string tenant, long? pool, string after, int limit) =>
        TasksAfter((tenant, after), limit, row => row.Tenant == tenant && (pool is null || row.Pool == pool));

    ValueTask<IReadOnlyList<TaskRow>> ITaskTable.ListGrantedAsync(string tenant, long? pool, (string Tenant, string Id) after, int limit) =>
        TasksAfter(after, limit, row => row.Grants.Any(grant => grant.Tenant == tenant) && (pool is null || row.Pool == pool));

    ValueTask<int> ITaskTable.CountAsync(long pool) => ValueTask.FromResult(Of<TaskRow>().Count(row => row.Pool == pool));

    ValueTask<TaskVersionRow?> ITaskTable.FindVersionAsync(long task, int number) =>
        First<TaskVersionRow>(row => row.Task == task && row.Number == number);

    ValueTask<IReadOnlyList<TaskVersionRow>> ITaskTable.ListVersionsAsync(long task, int before, int limit) =>
        Page(Of<TaskVersionRow>().Where(row => row.Task == task && row.Number < before).OrderByDescending(row => row.Number), limit);

    ValueTask<SessionRow?> ISessionTable.FindAsync(string id) => First<SessionRow>(row => row.Id == id);

    ValueTask<SessionRow?> ISessionTable.FindAsync(long key) => First<SessionRow>(row => row.Key == key);

    ValueTask<IReadOnlyList<SessionRow>> ISessionTable.ListAsync(long after, int limit) =>
        Page(Of<SessionRow>().Where(row => row.Key > after).OrderBy(row => row.Key), limit);

    ValueTask<int> ISessionTable.CountAsync(long pool) => ValueTask.FromResult(Of<SessionRow>().Count(row => row.Pool == pool));

    ValueTask<SessionTaskRow?> ISessionTable.FindTaskAsync(long task) => First<SessionTaskRow>(row => row.Task == task);

    ValueTask<IReadOnlyList<SessionTaskRow>> ISessionTable.ListTasksAsync(long session) =>
        Page(Of<SessionTaskRow>().Where(row => row.Session == session).OrderBy(row => row.Position), int.MaxValue);

    ValueTask<SessionStateRow?> ISessionTable.FindStateAsync(long session, int number) =>
        First<SessionStateRow>(row => row.Session == session && row.Number == number);

    ValueTask<IReadOnlyList<SessionStateRow>> ISessionTable.ListStatesAsync(long session, int after, int limit) =>
        Page(Of<SessionStateRow>().Where(row => row.Session == session && row.Number > after).OrderBy(row => row.Number), limit);

    ValueTask<JobRow?> IJobTable.FindAsync(string tenant, string id) => First<JobRow>(row => row.Tenant == tenant && row.Id == id);

    ValueTask<IReadOnlyList<JobRow>> IJobTable.ListAsync(string tenant, long before, int limit) =>
        Page(Of<JobRow>().Where(row => row.Tenant == tenant && row.Key < before).OrderByDescending(row => row.Key), limit);

    ValueTask<IReadOnlyList<JobRow>> IJobTable.ListInWorkAsync(string? tenant, long after, int limit) =>
        Page(Of<JobRow>().Where(row => row.InWork && row.Key > after && (tenant is null || row.Tenant == tenant)).OrderBy(row => row.Key), limit);

    ValueTask<IReadOnlyList<JobEventRow>> IJobTable.ListEventsAsync(long job, long after, int limit) =>
        Page(Of<JobEventRow>().Where(row => row.Job == job && row.Number > after).OrderBy(row => row.Number), limit);

    ValueTask<JobReplyRow?> IJobTable.FindReplyAsync(long job, string id) => First<JobReplyRow>(row => row.Job == job && row.Id == id);

    ValueTask<IReadOnlyList<JobReplyRow>> IJobTable.ListRepliesAsync(long job) =>
        Page(Of<JobReplyRow>().Where(row => row.Job == job), int.MaxValue);

    ValueTask<bool> IFileTable.ContainsAsync(string sha256) => ValueTask.FromResult(Rows.Values.Any(row => FileOf(row) == sha256));

    ValueTask<IReadOnlyList<string>> IFileTable.ListAsync(string after, int limit) => Page(
        Rows.Values.Select(FileOf).OfType<string>().Distinct().Where(file => string.CompareOrdinal(file, after) > 0).Order(StringComparer.Ordinal),
        limit);

    private static string KeyOf(RegistryRow row) => row switch
    {
        TenantRow tenant => $"tenant {tenant.Id}",
        RequestRow request => $"request {request.Tenant} {request.Id}",
        PoolRow pool => $"pool {pool.Key}",
        PoolVersionRow version => $"pool version {version.Key}",
        TaskRow task => $"task {task.Key}",
        TaskVersionRow version => $"task version {version.Key}",
        SessionRow session => $"session {session.Key}",
        SessionTaskRow task => $"held task {task.Task}",
        SessionStateRow state => $"state {state.Session} {state.Number}",
        JobRow job => $"job {job.Key}",
        JobEventRow item => $"event {item.Job} {item.Number}",
        JobReplyRow reply => $"reply {reply.Job} {reply.Id}",
        _ => throw new ArgumentException($"{row.GetType()} has no table.", nameof(row)),
    };

    private static string? NameOf(RegistryRow row) => row switch
    {
        PoolRow pool => $"pools/{pool.Id}",
        PoolVersionRow version => $"version {version.Number} of pool {version.Pool}",
        TaskRow task => $"tenants/{task.Tenant}/tasks/{task.Id}",
        TaskVersionRow version => $"version {version.Number} of task {version.Task}",
        SessionRow session => $"sessions/{session.Id}",
        JobRow job => $"tenants/{job.Tenant}/jobs/{job.Id}",
        _ => null,
    };

    private static string[] OwnersOf(RegistryRow row) => row switch
    {
        RequestRow request => [$"tenant {request.Tenant}"],
        PoolRow pool => [$"tenant {pool.Owner}"],
        PoolVersionRow version => [$"pool {version.Pool}"],
        TaskRow task => [$"tenant {task.Tenant}", $"pool {task.Pool}"],
        TaskVersionRow version => [$"task {version.Task}"],
        SessionRow session => [$"tenant {session.Opener}", $"pool {session.Pool}"],
        SessionTaskRow task => [$"task {task.Task}", $"session {task.Session}"],
        SessionStateRow state => [$"session {state.Session}"],
        JobRow job => [$"tenant {job.Tenant}"],
        JobEventRow item => [$"job {item.Job}"],
        JobReplyRow reply => [$"job {reply.Job}"],
        _ => [],
    };

    private static string? FileOf(RegistryRow row) => row switch
    {
        PoolVersionRow version => version.Sha256,
        TaskVersionRow version => version.Sha256,
        SessionStateRow state => state.Sha256,
        JobRow job => job.DataSha256,
        _ => null,
    };

    private static ValueTask<IReadOnlyList<T>> Page<T>(IEnumerable<T> rows, int limit) => ValueTask.FromResult<IReadOnlyList<T>>([.. rows.Take(limit)]);

    private IEnumerable<T> Of<T>()
        where T : RegistryRow => Rows.Values.OfType<T>();

    private ValueTask<T?> First<T>(Func<T, bool> isIt)
        where T : RegistryRow => ValueTask.FromResult(Of<T>().FirstOrDefault(isIt));

    private ValueTask<IReadOnlyList<PoolRow>> PoolsAfter(string after, int limit, Func<PoolRow, bool> isListed) => Page(
        Of<PoolRow>().Where(row => isListed(row) && string.CompareOrdinal(row.Id, after) > 0).OrderBy(row => row.Id, StringComparer.Ordinal),
        limit);

    private ValueTask<IReadOnlyList<TaskRow>> TasksAfter((string Tenant, string Id) after, int limit, Func<TaskRow, bool> isListed) => Page(
        Of<TaskRow>()
            .Where(row => isListed(row) && IsAfter(row, after))
            .OrderBy(row => row.Tenant, StringComparer.Ordinal)
            .ThenBy(row => row.Id, StringComparer.Ordinal),
        limit);

    private static bool IsAfter(TaskRow row, (string Tenant, string Id) after) =>
        row.Tenant == after.Tenant ? string.CompareOrdinal(row.Id, after.Id) > 0 : string.CompareOrdinal(row.Tenant, after.Tenant) > 0;
}
