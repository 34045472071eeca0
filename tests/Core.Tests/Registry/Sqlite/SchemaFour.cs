namespace CoLA.Core.Tests.Registry.Sqlite;

/// <summary>A registry as a server wrote it whose schema was 4.</summary>
internal static class SchemaFour
{
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

    /// <summary>
    /// A session that has published and stands at its second state, one that stands at its opening, a job in work that has
    /// opened its session, and one that has ended; requests of a client, of the jobs, and of the server itself.
    /// </summary>
    public const string Rows = """
        INSERT INTO tenants VALUES ('acme', 1);
        INSERT INTO pools VALUES (1, 'p', 'acme', '{}', 'Shared', 'tiny', 'ab12', 3, 3, 2);
        INSERT INTO poolShares VALUES (1, 'globex');
        INSERT INTO poolVersions VALUES (1, 1, 1, NULL, 'acme', 'aa', 1, 2), (2, 1, 2, 1, 'acme', 'ab', 1, 2), (90, 1, 3, 2, 'acme', 'ac', 1, 2);
        INSERT INTO tasks VALUES (1, 'acme', 't', 1, '{}', 1, 1, 1, 3, NULL), (2, 'acme', 'u', 1, '{}', 1, 1, 1, 3, NULL);
        INSERT INTO grants VALUES (1, 'globex', 3);
        INSERT INTO taskVersions VALUES (1, 1, 1, 1, 'acme', NULL, NULL, 0, 1, 3), (2, 2, 1, 1, 'acme', NULL, NULL, 0, 1, 3);
        INSERT INTO sessions VALUES (1, 'stands', 'acme', 1, 1, 3, 1, 0, '{}', 2, 2, 7, x'07', '"seven"', NULL, 4);
        INSERT INTO sessions VALUES (2, 'opened', 'acme', 1, 1, 2, 1, 0, '{}', 0, NULL, 0, NULL, NULL, NULL, 4);
        INSERT INTO sessionTasks VALUES (1, 1, 0, 1, 0), (2, 2, 0, 1, 0);
        INSERT INTO sessionStates VALUES (1, 1, 5, 1, 'ba', 1, NULL, NULL, 5), (1, 2, 7, 2, 'bb', 1, NULL, NULL, 5);
        INSERT INTO jobs VALUES (1, 'ended', 'acme', 'ab12', '{}', 'Failed', NULL, NULL, NULL, '{}', '{}', 6, 6, 7);
        INSERT INTO jobs VALUES (2, 'runs', 'acme', 'ab12', '{}', 'Running', 'ca', 1, 'opened', '{}', NULL, 6, 6, NULL);
        INSERT INTO jobEvents VALUES (2, 1, 1, '"one"');
        INSERT INTO requests VALUES
            ('acme', 'mine', 'OpenSession', x'01', '"mine"', 8),
            ('acme', 'job-ended-open', 'OpenSession', x'', '"gone"', 8),
            ('acme', 'job-runs-open', 'OpenSession', x'', '"opened"', 8),
            ('acme', 'job-runs-save-50', 'SaveState', x'', '"saved"', 8),
            ('acme', 'Job-0123', 'ChangeJob', x'', '"changed"', 8),
            ('acme', 'ExpireSession-0123', 'ExpireSession', x'', '"expired"', 8);
        """;
}
