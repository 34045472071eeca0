using System.Globalization;
using System.Security.Cryptography;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Ownership;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>
/// The rules of jobs, and their records in the registry. Only the tenant that submitted a job sees it. It does not know how
/// jobs run. Thread-safe.
/// </summary>
/// <param name="ledger">Where they are recorded.</param>
/// <param name="baseModel">The base model that the server runs.</param>
/// <param name="ownership">Which jobs this process runs.</param>
internal sealed class JobCatalog(Ledger ledger, BaseModelIdentity baseModel, IOwnership ownership)
{
    /// <summary>How many ended jobs of a tenant are kept.</summary>
    public const int EndedKept = 100;

    /// <summary>How many jobs of a tenant may wait or run.</summary>
    public const int MaximumUnended = 100;

    private const int IdLength = 16;
    private const string SubmitAction = "SubmitJob";
    private const string CancelAction = "CancelJob";

    /// <summary>The job of an earlier call with the same request id; null if the request is new. Call it before the data are read.</summary>
    public async ValueTask<JobSnapshot?> FindSubmittedAsync(Mutation mutation, CancellationToken cancellation) =>
        await ledger.FindReplyAsync<NamedJob>(mutation, SubmitAction, cancellation).ConfigureAwait(false) is { } submitted
            ? await GetAsync(mutation.Tenant, submitted.Name, cancellation).ConfigureAwait(false)
            : null;

    /// <summary>Refuses a job that could not train. Call it before the data are read.</summary>
    /// <exception cref="PermissionRejection">The caller sees a task but lacks TRAIN on it.</exception>
    public async ValueTask CheckAsync(TenantId caller, OpenSessionSpec session, CancellationToken cancellation) =>
        await ledger.ReadAsync(Opening(caller, session).CheckAsync, cancellation).ConfigureAwait(false);

    /// <summary>Records a job that waits for its turn.</summary>
    /// <exception cref="PermissionRejection">The caller sees a task but lacks TRAIN on it.</exception>
    /// <exception cref="ExhaustedRejection">Too many jobs of the tenant wait or run.</exception>
    public async Task<JobSnapshot> SubmitAsync(Mutation mutation, JobPlan plan, Artifact examples, CancellationToken cancellation)
    {
        var id = RandomNumberGenerator.GetHexString(IdLength, lowercase: true);
        var submitted = await ledger.ActAsync(
            mutation,
            SubmitAction,
            async registry =>
            {
                await Opening(mutation.Tenant, plan.Session).CheckAsync(registry).ConfigureAwait(false);
                await RequireRoomAsync(registry, mutation.Tenant).ConfigureAwait(false);
                registry.Put(new JobRow
                {
                    Key = await registry.NewKeyAsync().ConfigureAwait(false),
                    Id = id,
                    Tenant = mutation.Tenant.Value,
                    BaseSha256 = baseModel.Sha256,
                    Plan = CatalogJson.Write(plan),
                    State = $"{JobState.Queued}",
                    InWork = true,
                    DataSha256 = examples.Sha256,
                    DataBytes = examples.Bytes,
                    Progress = CatalogJson.Write(new JobProgress()),
                    Created = ledger.Now,
                });
                return new NamedJob(new JobName(mutation.Tenant, id));
            },
            cancellation,
            examples).ConfigureAwait(false);
        return await GetAsync(mutation.Tenant, submitted.Name, CancellationToken.None).ConfigureAwait(false);
    }

    /// <exception cref="NotFoundRejection">The job does not exist, or is another tenant's.</exception>
    public ValueTask<JobSnapshot> GetAsync(TenantId caller, JobName name, CancellationToken cancellation) =>
        ledger.ReadAsync(async registry => Of(await OwnAsync(registry, caller, name).ConfigureAwait(false)), cancellation);

    /// <summary>The caller's jobs, newest first.</summary>
    public ValueTask<Page<JobSnapshot>> ListAsync(TenantId caller, PageRequest page, CancellationToken cancellation) => ledger.ReadAsync(
        async registry => page.Cut(
            await registry.Jobs.ListAsync(caller.Value, page.Before(), page.Limit).ConfigureAwait(false),
            row => row.Key.ToString(CultureInfo.InvariantCulture),
            Of),
        cancellation);

    /// <summary>
    /// The jobs of all tenants that this process owns, on this base model, that have not ended, or whose session is still
    /// open; oldest first.
    /// </summary>
    public ValueTask<IReadOnlyList<JobSnapshot>> ListUnfinishedAsync() => ledger.ReadAsync<IReadOnlyList<JobSnapshot>>(
        async registry => [.. (await InWorkAsync(registry, null).ConfigureAwait(false))
            .Where(row => ownership.Owns(NameOf(row)) && string.Equals(row.BaseSha256, baseModel.Sha256, StringComparison.OrdinalIgnoreCase))
            .Select(Of)],
        CancellationToken.None);

    /// <summary>The stored events of a job with numbers above <paramref name="after"/>.</summary>
    public ValueTask<IReadOnlyList<JobEvent>> EventsAsync(JobName name, long after, CancellationToken cancellation) =>
        ledger.ReadAsync<IReadOnlyList<JobEvent>>(
            async registry =>
            {
                var job = await FindAsync(registry, name).ConfigureAwait(false);
                return [.. (await EventsAsync(registry, job, after).ConfigureAwait(false)).Select(row => CatalogJson.Read<JobEvent>(row.Event))];
            },
            cancellation);

    /// <summary>Records the job's session. The job now runs, unless it was cancelled.</summary>
    public Task<JobSnapshot> StartAsync(JobName name, SessionName session) => ChangeAsync(name, row => row with
    {
        State = row.Ended is null ? $"{JobState.Running}" : row.State,
        Session = session.Session,
        Started = row.Started ?? ledger.Now,
    });

    /// <summary>Drops the events after the step that the session stands at: those steps will be computed again.</summary>
    public Task<JobSnapshot> DropEventsAfterAsync(JobName name, int step) => ChangeAsync(name, async (registry, row) =>
    {
        var events = await EventsAsync(registry, row, 0).ConfigureAwait(false);
        registry.DeleteJobEvents(row.Key, events.LastOrDefault(kept => kept.Step <= step)?.Number ?? 0);
        return row;
    });

    /// <summary>Stores new events and the progress, and moves the job to <paramref name="state"/>, unless it was cancelled.</summary>
    public Task<JobSnapshot> StoreAsync(JobName name, IReadOnlyList<JobEvent> news, long after, JobProgress progress, JobState state) => ChangeAsync(
        name,
        (registry, row) =>
        {
            foreach (var (index, item) in news.Index())
            {
                registry.Put(new JobEventRow { Job = row.Key, Number = after + index + 1, Step = item.Step, Event = CatalogJson.Write(item) });
            }

            return ValueTask.FromResult(row with { Progress = CatalogJson.Write(progress), State = row.Ended is null ? $"{state}" : row.State });
        });

    /// <summary>Records how the job ended, unless it was cancelled before.</summary>
    public Task<JobSnapshot> EndAsync(JobName name, JobState state, JobOutcome outcome) =>
        ChangeAsync(name, (registry, row) => ValueTask.FromResult(row.Ended is null ? End(registry, row, state, outcome) : row));

    /// <summary>
    /// Records that the session of an ended job is closed, forgets the replies to its calls, which nobody repeats now, and drops
    /// the tenant's oldest ended jobs.
    /// </summary>
    public Task<JobSnapshot> ReleaseAsync(JobName name) => ChangeAsync(name, async (registry, row) =>
    {
        foreach (var reply in await registry.Jobs.ListRepliesAsync(row.Key).ConfigureAwait(false))
        {
            registry.Delete(reply);
        }

        await DropOldestAsync(registry, row).ConfigureAwait(false);
        return row with { Session = null };
    });

    /// <summary>Records that a job is cancelled. Whoever runs it then has to stop and to close its session.</summary>
    /// <exception cref="PreconditionRejection">The job has ended, or is publishing.</exception>
    public Task CancelAsync(Mutation mutation, JobName name, CancellationToken cancellation) => ledger.ActAsync(
        mutation,
        CancelAction,
        async registry =>
        {
            var row = await OwnAsync(registry, mutation.Tenant, name).ConfigureAwait(false);
            switch (Enum.Parse<JobState>(row.State))
            {
                case JobState.Queued or JobState.Running:
                    Put(registry, End(registry, row, JobState.Cancelled, new JobOutcome()));
                    return new NamedJob(name);
                case JobState.Publishing:
                    throw new PreconditionRejection($"{name} is publishing what it has trained; it cannot be cancelled any more");
                case var ended:
                    throw new PreconditionRejection($"{name} has ended already: {EnumNames.Of(ended)}");
            }
        },
        cancellation);

    private static JobName NameOf(JobRow row) => new(new TenantId(row.Tenant), row.Id);

    private SessionOpening Opening(TenantId caller, OpenSessionSpec session) => new(caller, session.ToOpening(), baseModel);

    private static async ValueTask RequireRoomAsync(IRegistryReader registry, TenantId tenant)
    {
        var unended = (await InWorkAsync(registry, tenant).ConfigureAwait(false)).Count(row => row.Ended is null);
        if (unended >= MaximumUnended)
        {
            throw new ExhaustedRejection($"{MaximumUnended} jobs of {tenant} have not ended; wait for one, or cancel one", TimeSpan.FromMinutes(1));
        }
    }

    /// <summary>Deletes all but the newest ended jobs of a tenant, with their events.</summary>
    /// <param name="registry">Where.</param>
    /// <param name="released">The job whose session is closed now, and which counts as ended.</param>
    private static async ValueTask DropOldestAsync(IRegistryTransaction registry, JobRow released)
    {
        var jobs = await Paging.AllAsync(
            long.MaxValue,
            row => row.Key,
            (before, limit) => registry.Jobs.ListAsync(released.Tenant, before, limit)).ConfigureAwait(false);
        foreach (var job in jobs.Where(job => !job.InWork || job.Key == released.Key).Skip(EndedKept))
        {
            registry.DeleteJobEvents(job.Key, 0);
            registry.Delete(job);
        }
    }

    private static ValueTask<IReadOnlyList<JobRow>> InWorkAsync(IRegistryReader registry, TenantId? tenant) =>
        Paging.AllAsync(0L, row => row.Key, (after, limit) => registry.Jobs.ListInWorkAsync(tenant?.Value, after, limit));

    private static ValueTask<IReadOnlyList<JobEventRow>> EventsAsync(IRegistryReader registry, JobRow job, long after) =>
        Paging.AllAsync(after, row => row.Number, (behind, limit) => registry.Jobs.ListEventsAsync(job.Key, behind, limit));

    private JobRow End(IRegistryTransaction registry, JobRow row, JobState state, JobOutcome outcome)
    {
        registry.LetGoOf(row.DataSha256);
        return row with { State = $"{state}", Outcome = CatalogJson.Write(outcome), Ended = ledger.Now, DataSha256 = null, DataBytes = null };
    }

    private Task<JobSnapshot> ChangeAsync(JobName name, Func<JobRow, JobRow> change) =>
        ChangeAsync(name, (_, row) => ValueTask.FromResult(change(row)));

    /// <summary>A change that the server makes by itself, not at a client's request.</summary>
    private Task<JobSnapshot> ChangeAsync(JobName name, Func<IRegistryTransaction, JobRow, ValueTask<JobRow>> change) => ledger.ActAsync(
        async registry =>
        {
            var row = await change(registry, await FindAsync(registry, name).ConfigureAwait(false)).ConfigureAwait(false);
            Put(registry, row);
            return Of(row);
        },
        CancellationToken.None);

    private static void Put(IRegistryTransaction registry, JobRow row) =>
        registry.Put(row with { InWork = row.Ended is null || row.Session is not null });

    private static ValueTask<JobRow> OwnAsync(IRegistryReader registry, TenantId caller, JobName name) =>
        name.Tenant == caller ? FindAsync(registry, name) : throw NotFoundRejection.Of(name);

    private static async ValueTask<JobRow> FindAsync(IRegistryReader registry, JobName name) =>
        await registry.Jobs.FindAsync(name.Tenant.Value, name.Job).ConfigureAwait(false) ?? throw NotFoundRejection.Of(name);

    private static JobSnapshot Of(JobRow row) => new(
        NameOf(row),
        CatalogJson.Read<JobPlan>(row.Plan),
        Enum.Parse<JobState>(row.State),
        CatalogJson.Read<JobProgress>(row.Progress),
        row.Outcome is null ? null : CatalogJson.Read<JobOutcome>(row.Outcome),
        DateTimeOffset.FromUnixTimeMilliseconds(row.Created),
        row.Started is { } started ? DateTimeOffset.FromUnixTimeMilliseconds(started) : null,
        row.Ended is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null)
    {
        Session = row.Session is { } session ? new SessionName(session) : null,
        Data = row.DataSha256 is { } sha256 ? new Artifact(sha256, row.DataBytes!.Value) : null,
    };
}
