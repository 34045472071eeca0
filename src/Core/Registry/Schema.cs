namespace CoLA.Core.Registry;

/// <summary>
/// The tables. Keys are never used twice, so what was deleted and made again under the same name is told apart.
/// Times are Unix milliseconds; specs are JSON; versions are numbered 1, 2, ... within their pool or task.
/// </summary>
internal static class Schema
{
    /// <summary>Kept in the file's user_version.</summary>
    public const int Version = 4;

    /// <summary>What brings a file of schema 1, 2, ... to the next one.</summary>
    public static readonly IReadOnlyList<string> Upgrades =
    [
        "ALTER TABLE tasks ADD COLUMN startedFrom TEXT",
        "ALTER TABLE sessions ADD COLUMN released TEXT",
        Jobs,
    ];

    public const string Tables = Others + Jobs;

    private const string Others = """
        CREATE TABLE tenants (
            id TEXT PRIMARY KEY,
            created INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE requests (
            tenant TEXT NOT NULL REFERENCES tenants,
            id TEXT NOT NULL,
            action TEXT NOT NULL,
            hash BLOB NOT NULL,
            reply TEXT NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY (tenant, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX requestsByAge ON requests (created);

        CREATE TABLE pools (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            owner TEXT NOT NULL REFERENCES tenants,
            spec TEXT NOT NULL,
            visibility TEXT NOT NULL,
            baseName TEXT NOT NULL,
            baseSha256 TEXT NOT NULL,
            currentVersion INTEGER NOT NULL,
            versionsMade INTEGER NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE poolShares (
            pool INTEGER NOT NULL REFERENCES pools ON DELETE CASCADE,
            tenant TEXT NOT NULL,
            PRIMARY KEY (pool, tenant)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE poolVersions (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            pool INTEGER NOT NULL REFERENCES pools ON DELETE CASCADE,
            number INTEGER NOT NULL,
            parent INTEGER,
            maker TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            created INTEGER NOT NULL,
            UNIQUE (pool, number)
        ) STRICT;
        CREATE INDEX poolVersionsByFile ON poolVersions (sha256);

        CREATE TABLE tasks (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            tenant TEXT NOT NULL REFERENCES tenants,
            id TEXT NOT NULL,
            pool INTEGER NOT NULL REFERENCES pools,
            spec TEXT NOT NULL,
            servedVersion INTEGER NOT NULL,
            timesServed INTEGER NOT NULL,
            versionsMade INTEGER NOT NULL,
            created INTEGER NOT NULL,
            startedFrom TEXT,
            UNIQUE (tenant, id)
        ) STRICT;
        CREATE INDEX tasksByPool ON tasks (pool);

        CREATE TABLE grants (
            task INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
            tenant TEXT NOT NULL,
            rights INTEGER NOT NULL,
            PRIMARY KEY (task, tenant)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX grantsByTenant ON grants (tenant);

        CREATE TABLE taskVersions (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            task INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
            number INTEGER NOT NULL,
            poolVersion INTEGER NOT NULL,
            maker TEXT NOT NULL,
            sha256 TEXT,
            bytes INTEGER,
            subtractsInitial INTEGER NOT NULL,
            servedOrder INTEGER,
            created INTEGER NOT NULL,
            UNIQUE (task, number)
        ) STRICT;
        CREATE INDEX taskVersionsByFile ON taskVersions (sha256);

        CREATE TABLE sessions (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            opener TEXT NOT NULL REFERENCES tenants,
            pool INTEGER NOT NULL REFERENCES pools,
            openingPoolVersion INTEGER NOT NULL,
            poolVersion INTEGER NOT NULL,
            poolTrainable INTEGER NOT NULL,
            rebase INTEGER NOT NULL,
            settings TEXT NOT NULL,
            statesMade INTEGER NOT NULL,
            standState INTEGER,
            standSequence INTEGER NOT NULL,
            standRequestHash BLOB,
            standReply TEXT,
            released TEXT,
            created INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX sessionsByPool ON sessions (pool);

        CREATE TABLE sessionTasks (
            task INTEGER PRIMARY KEY REFERENCES tasks,
            session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
            position INTEGER NOT NULL,
            version INTEGER,
            subtractsInitial INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX sessionTasksBySession ON sessionTasks (session);

        CREATE TABLE sessionStates (
            session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
            number INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            poolVersion INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            lastRequestHash BLOB,
            lastReply TEXT,
            created INTEGER NOT NULL,
            PRIMARY KEY (session, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessionStatesByFile ON sessionStates (sha256);

        """;

    private const string Jobs = """
        CREATE TABLE jobs (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            tenant TEXT NOT NULL REFERENCES tenants,
            baseSha256 TEXT NOT NULL,
            plan TEXT NOT NULL,
            state TEXT NOT NULL,
            dataSha256 TEXT,
            dataBytes INTEGER,
            session TEXT,
            progress TEXT NOT NULL,
            outcome TEXT,
            created INTEGER NOT NULL,
            started INTEGER,
            ended INTEGER,
            UNIQUE (tenant, id)
        ) STRICT;
        CREATE INDEX jobsByData ON jobs (dataSha256);
        CREATE INDEX jobsInWork ON jobs (key) WHERE ended IS NULL OR session IS NOT NULL;

        CREATE TABLE jobEvents (
            job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
            number INTEGER NOT NULL,
            step INTEGER NOT NULL,
            event TEXT NOT NULL,
            PRIMARY KEY (job, number)
        ) STRICT, WITHOUT ROWID;
        """;
}
