using CoLA.Core.Registry;

namespace CoLA.Core.Tests.Registry;

/// <summary>Rows with every member set, so that a test sees what a store forgets.</summary>
internal static class SampleRows
{
    public static TenantRow Tenant(string id) => new() { Id = id, Created = 3 };

    public static RequestRow Request(string tenant, string id, long created = 100, long expires = 200) => new()
    {
        Tenant = tenant,
        Id = id,
        Action = "CreatePool",
        Hash = [1, 2, 3],
        Reply = "{\"Name\":\"pools/p\"}",
        Created = created,
        Expires = expires,
    };

    public static PoolRow Pool(long key, string id, string owner = "acme", string visibility = "Private", params string[] shares) => new()
    {
        Key = key,
        Id = id,
        Owner = owner,
        Spec = "{\"M\":2}",
        Visibility = visibility,
        Shares = shares,
        BaseName = "tiny",
        BaseSha256 = "ab12",
        CurrentVersion = 4,
        VersionsMade = 5,
        Created = 6,
    };

    public static PoolVersionRow PoolVersion(long key, long pool, int number, string sha256 = "aa", int? parent = null) => new()
    {
        Key = key,
        Pool = pool,
        Number = number,
        Parent = parent,
        Maker = "acme",
        Sha256 = sha256,
        Bytes = 7_000_000_000,
        Created = 8,
    };

    public static TaskRow TaskOn(long key, long pool, string tenant, string id, params GrantRow[] grants) => new()
    {
        Key = key,
        Tenant = tenant,
        Id = id,
        Pool = pool,
        Spec = "{\"N\":3}",
        ServedVersion = 2,
        TimesServed = 3,
        VersionsMade = 4,
        Created = 9,
        StartedFrom = "tenants/globex/tasks/t/versions/1",
        Grants = grants,
    };

    public static TaskVersionRow TaskVersion(long key, long task, int number, int poolVersion = 1, string? sha256 = "bb") => new()
    {
        Key = key,
        Task = task,
        Number = number,
        PoolVersion = poolVersion,
        Maker = "globex",
        Sha256 = sha256,
        Bytes = sha256 is null ? null : 10,
        SubtractsInitial = true,
        ServedOrder = sha256 is null ? null : 11,
        Created = 12,
    };

    public static SessionRow Session(long key, long pool, string id, int poolVersion = 1, int standPoolVersion = 1) => new()
    {
        Key = key,
        Id = id,
        Opener = "acme",
        Pool = pool,
        PoolVersion = poolVersion,
        PoolTrainable = true,
        Rebase = true,
        Settings = "{\"steps\":3}",
        StatesMade = 2,
        StandPoolVersion = standPoolVersion,
        StandState = 1,
        StandSequence = 13,
        StandRequestHash = [4, 5],
        StandReply = "\"reply\"",
        Released = "[]",
        Created = 14,
    };

    public static SessionTaskRow SessionTask(long task, long session, int position) => new()
    {
        Task = task,
        Session = session,
        Position = position,
        Version = 2,
        SubtractsInitial = true,
    };

    public static SessionStateRow State(long session, int number, int poolVersion = 1, string sha256 = "cc") => new()
    {
        Session = session,
        Number = number,
        Sequence = 15,
        PoolVersion = poolVersion,
        Sha256 = sha256,
        Bytes = 16,
        LastRequestHash = [6],
        LastReply = "\"last\"",
        Created = 17,
    };

    public static JobRow Job(long key, string tenant, string id, bool inWork = true, string? sha256 = "dd") => new()
    {
        Key = key,
        Id = id,
        Tenant = tenant,
        BaseSha256 = "ab12",
        Plan = "{\"Steps\":9}",
        State = "Running",
        InWork = inWork,
        DataSha256 = sha256,
        DataBytes = sha256 is null ? null : 18,
        Session = "s",
        Progress = "{}",
        Outcome = "{\"StoppedEarly\":true}",
        Created = 19,
        Started = 20,
        Ended = 21,
    };

    public static JobEventRow Event(long job, long number, int step) => new() { Job = job, Number = number, Step = step, Event = $"\"event {number}\"" };

    public static JobReplyRow Reply(long job, string id) => new() { Job = job, Id = id, Reply = "\"done\"" };
}
