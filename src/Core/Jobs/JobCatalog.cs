using System.Globalization;
using System.Security.Cryptography;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>
/// The rules of jobs, and their records in the registry. Only the tenant that submitted a job sees it. It does not know how
/// jobs run. Thread-safe.
/// </summary>
internal sealed class JobCatalog(DataDirectory data, BaseModelIdentity baseModel)
{
    /// <summary>How many ended jobs of a tenant are kept.</summary>
    public const int EndedKept = 100;

    /// <summary>How many jobs of a tenant may wait or run.</summary>
    public const int MaximumUnended = 100;

    private const int IdLength = 16;
    private const string SubmitAction = "SubmitJob";
    private const string CancelAction = "CancelJob";

    private readonly Ledger _ledger = data.Ledger;

    /// <summary>The job of an earlier call with the same request id; null if the request is new. Call it before the data are read.</summary>
    public JobSnapshot? FindSubmitted(Mutation mutation) =>
        _ledger.FindReply<NamedJob>(mutation, SubmitAction) is { } submitted ? Get(mutation.Tenant, submitted.Name) : null;

    /// <summary>Refuses a job that could not train. Call it before the data are read.</summary>
    /// <exception cref="PermissionRejection">The caller sees a task but lacks TRAIN on it.</exception>
    public void Check(TenantId caller, OpenSessionSpec session) => _ledger.Read(registry => Checked(registry, caller, session));

    /// <summary>Records a job that waits for its turn.</summary>
    /// <exception cref="PermissionRejection">The caller sees a task but lacks TRAIN on it.</exception>
    /// <exception cref="ExhaustedRejection">Too many jobs of the tenant wait or run.</exception>
    public async Task<JobSnapshot> SubmitAsync(Mutation mutation, JobPlan plan, Artifact examples, CancellationToken cancellation)
    {
        var id = RandomNumberGenerator.GetHexString(IdLength, lowercase: true);
        var submitted = await _ledger.ActAsync(
            mutation,
            SubmitAction,
            registry =>
            {
                Checked(registry, mutation.Tenant, plan.Session);
                if (registry.Jobs.CountUnended(mutation.Tenant.Value) >= MaximumUnended)
                {
                    throw new ExhaustedRejection(
                        $"{MaximumUnended} jobs of {mutation.Tenant} have not ended; wait for one, or cancel one", TimeSpan.FromMinutes(1));
                }

                registry.Jobs.Insert(new JobRow
                {
                    Id = id,
                    Tenant = mutation.Tenant.Value,
                    BaseSha256 = baseModel.Sha256,
                    Plan = CatalogJson.Write(plan),
                    State = $"{JobState.Queued}",
                    DataSha256 = examples.Sha256,
                    DataBytes = examples.Bytes,
                    Progress = CatalogJson.Write(new JobProgress()),
                    Created = _ledger.Now,
                });
                return new NamedJob(new JobName(mutation.Tenant, id));
            },
            cancellation,
            examples).ConfigureAwait(false);
        return Get(mutation.Tenant, submitted.Name);
    }

    /// <exception cref="NotFoundRejection">The job does not exist, or is another tenant's.</exception>
    public JobSnapshot Get(TenantId caller, JobName name) => _ledger.Read(registry => Of(Own(registry, caller, name)));

    /// <summary>The caller's jobs, newest first.</summary>
    public Page<JobSnapshot> List(TenantId caller, PageRequest page) => _ledger.Read(registry => page.Cut(
        registry.Jobs.ListBefore(caller.Value, page.BeforeNumber() is int.MaxValue ? long.MaxValue : page.BeforeNumber(), page.CheckedSize + 1),
        row => row.Key.ToString(CultureInfo.InvariantCulture),
        Of));

    /// <summary>The jobs of all tenants on this base model that have not ended, or whose session is still open; oldest first.</summary>
    public IReadOnlyList<JobSnapshot> ListUnfinished() => _ledger.Read<IReadOnlyList<JobSnapshot>>(registry =>
        [.. registry.Jobs.InWork().Where(row => string.Equals(row.BaseSha256, baseModel.Sha256, StringComparison.OrdinalIgnoreCase)).Select(Of)]);

    /// <summary>The stored events of a job with numbers above <paramref name="after"/>.</summary>
    public IReadOnlyList<JobEvent> Events(JobName name, long after = 0) => _ledger.Read<IReadOnlyList<JobEvent>>(registry =>
        [.. registry.Jobs.Events(Find(registry, name).Key, after).Select(CatalogJson.Read<JobEvent>)]);

    /// <summary>Records the job's session. The job now runs, unless it was cancelled.</summary>
    public Task<JobSnapshot> StartAsync(JobName name, SessionName session) => ChangeAsync(name, (_, row) => row with
    {
        State = row.Ended is null ? $"{JobState.Running}" : row.State,
        Session = session.Session,
        Started = row.Started ?? _ledger.Now,
    });

    /// <summary>Drops the events after the step that the session stands at: those steps will be computed again.</summary>
    public Task<JobSnapshot> DropEventsAfterAsync(JobName name, int step) => ChangeAsync(name, (registry, row) =>
    {
        registry.Jobs.DeleteEventsBehind(row.Key, step);
        return row;
    });

    /// <summary>Stores new events and the progress, and moves the job to <paramref name="state"/>, unless it was cancelled.</summary>
    public Task<JobSnapshot> StoreAsync(JobName name, IReadOnlyList<JobEvent> news, long after, JobProgress progress, JobState state) => ChangeAsync(
        name,
        (registry, row) =>
        {
            registry.Jobs.InsertEvents(news.Index().Select(item => new JobEventRow
            {
                Job = row.Key,
                Number = after + item.Index + 1,
                Step = item.Item.Step,
                Event = CatalogJson.Write(item.Item),
            }));
            return row with { Progress = CatalogJson.Write(progress), State = row.Ended is null ? $"{state}" : row.State };
        });

    /// <summary>Records how the job ended, unless it was cancelled before.</summary>
    public Task<JobSnapshot> EndAsync(JobName name, JobState state, JobOutcome outcome) =>
        ChangeAsync(name, (registry, row) => row.Ended is null ? End(registry, row, state, outcome) : row);

    /// <summary>Records that the session of an ended job is closed, and drops the tenant's oldest ended jobs.</summary>
    public Task<JobSnapshot> ReleaseAsync(JobName name) => ChangeAsync(name, (registry, row) =>
    {
        registry.Jobs.Update(row with { Session = null });
        registry.Jobs.DeleteEnded(row.Tenant, EndedKept);
        return row with { Session = null };
    });

    /// <summary>Records that a job is cancelled. Whoever runs it then has to stop and to close its session.</summary>
    /// <exception cref="PreconditionRejection">The job has ended, or is publishing.</exception>
    public Task CancelAsync(Mutation mutation, JobName name, CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        CancelAction,
        registry =>
        {
            var row = Own(registry, mutation.Tenant, name);
            switch (Enum.Parse<JobState>(row.State))
            {
                case JobState.Queued or JobState.Running:
                    registry.Jobs.Update(End(registry, row, JobState.Cancelled, new JobOutcome()));
                    return new NamedJob(name);
                case JobState.Publishing:
                    throw new PreconditionRejection($"{name} is publishing what it has trained; it cannot be cancelled any more");
                default:
                    throw new PreconditionRejection($"{name} has ended already: {row.State.ToUpperInvariant()}");
            }
        },
        cancellation);

    private bool Checked(RegistryTransaction registry, TenantId caller, OpenSessionSpec session)
    {
        new SessionOpening(registry, caller, session.ToOpening(), baseModel).Check();
        return true;
    }

    private JobRow End(RegistryTransaction registry, JobRow row, JobState state, JobOutcome outcome)
    {
        registry.Files.LetGoOf(row.DataSha256);
        return row with { State = $"{state}", Outcome = CatalogJson.Write(outcome), Ended = _ledger.Now, DataSha256 = null, DataBytes = null };
    }

    /// <summary>A change that the server makes by itself, not at a client's request.</summary>
    private async Task<JobSnapshot> ChangeAsync(JobName name, Func<RegistryTransaction, JobRow, JobRow> change)
    {
        JobSnapshot? changed = null;
        await _ledger.ActAsync(
            new Mutation(name.Tenant, $"Job-{Guid.NewGuid():N}", []),
            "ChangeJob",
            registry =>
            {
                var row = change(registry, Find(registry, name));
                registry.Jobs.Update(row);
                changed = Of(row);
                return new NamedJob(name);
            },
            CancellationToken.None).ConfigureAwait(false);
        return changed!;
    }

    private static JobRow Own(RegistryTransaction registry, TenantId caller, JobName name) =>
        name.Tenant == caller && registry.Jobs.Find(caller.Value, name.Job) is { } row ? row : throw Access.NotFound(name.ToString());

    private static JobRow Find(RegistryTransaction registry, JobName name) =>
        registry.Jobs.Find(name.Tenant.Value, name.Job) ?? throw Access.NotFound(name.ToString());

    private static JobSnapshot Of(JobRow row) => new(
        new JobName(new TenantId(row.Tenant), row.Id),
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
