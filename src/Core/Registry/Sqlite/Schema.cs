namespace CoLA.Core.Registry.Sqlite;

/// <summary>
/// The tables. A row's lists are tables of their own (<c>poolShares</c>, <c>grants</c>), so that they have indexes.
/// <c>keys</c> has one row: the last number that <see cref="IRegistryTransaction.NewKeyAsync"/> gave.
/// </summary>
internal static class Schema
{
    /// <summary>Kept in the file's user_version.</summary>
    public const int Version = 5;

    public const string Tables = """
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
            expires INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (tenant, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX requestsByExpiry ON requests (expires);

        CREATE TABLE pools (
            key INTEGER PRIMARY KEY,
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
        CREATE INDEX poolsByOwner ON pools (owner, id);
        CREATE INDEX poolsByVisibility ON pools (visibility, id);

        CREATE TABLE poolShares (
            pool INTEGER NOT NULL REFERENCES pools ON DELETE CASCADE,
            tenant TEXT NOT NULL,
            PRIMARY KEY (pool, tenant)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX poolSharesByTenant ON poolShares (tenant);

        CREATE TABLE poolVersions (
            key INTEGER PRIMARY KEY,
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
            key INTEGER PRIMARY KEY,
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
            key INTEGER PRIMARY KEY,
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
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            opener TEXT NOT NULL REFERENCES tenants,
            pool INTEGER NOT NULL REFERENCES pools,
            standPoolVersion INTEGER NOT NULL,
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

        CREATE TABLE jobs (
            key INTEGER PRIMARY KEY,
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
            inWork INTEGER NOT NULL DEFAULT 0,
            UNIQUE (tenant, id)
        ) STRICT;
        CREATE INDEX jobsByData ON jobs (dataSha256);
        CREATE INDEX jobsInWork ON jobs (key) WHERE inWork;

        CREATE TABLE jobEvents (
            job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
            number INTEGER NOT NULL,
            step INTEGER NOT NULL,
            event TEXT NOT NULL,
            PRIMARY KEY (job, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE jobReplies (
            job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
            id TEXT NOT NULL,
            reply TEXT NOT NULL,
            PRIMARY KEY (job, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE keys (
            last INTEGER NOT NULL
        ) STRICT;
        INSERT INTO keys VALUES (0);
        """;
}
