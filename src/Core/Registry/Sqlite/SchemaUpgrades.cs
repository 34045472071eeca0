namespace CoLA.Core.Registry.Sqlite;

/// <summary>What brings a file of an earlier schema to the present one.</summary>
internal static class SchemaUpgrades
{
    /// <summary>From schema 1 to 2, from 2 to 3, ...</summary>
    public static readonly IReadOnlyList<string> From =
    [
        "ALTER TABLE tasks ADD COLUMN startedFrom TEXT",
        "ALTER TABLE sessions ADD COLUMN released TEXT",
        Jobs,
        StandsKeysAndReplies,
    ];

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

    /// <summary>
    /// Rows say when they expire, where a session's stand is, and whether a job is in work. All keys are of one sequence. The
    /// replies to jobs' own calls leave the requests of their tenants, where they had the ids <c>job-ID-CALL</c>.
    /// </summary>
    private const string StandsKeysAndReplies = """
        ALTER TABLE requests ADD COLUMN expires INTEGER NOT NULL DEFAULT 0;
        UPDATE requests SET expires = created + 86400000;
        DROP INDEX requestsByAge;
        CREATE INDEX requestsByExpiry ON requests (expires);

        CREATE INDEX poolsByOwner ON pools (owner, id);
        CREATE INDEX poolsByVisibility ON pools (visibility, id);
        CREATE INDEX poolSharesByTenant ON poolShares (tenant);

        ALTER TABLE sessions RENAME COLUMN openingPoolVersion TO standPoolVersion;
        UPDATE sessions SET standPoolVersion = COALESCE(
            (SELECT poolVersion FROM sessionStates WHERE session = key AND number = standState),
            standPoolVersion);

        ALTER TABLE jobs ADD COLUMN inWork INTEGER NOT NULL DEFAULT 0;
        UPDATE jobs SET inWork = ended IS NULL OR session IS NOT NULL;
        DROP INDEX jobsInWork;
        CREATE INDEX jobsInWork ON jobs (key) WHERE inWork;

        CREATE TABLE jobReplies (
            job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
            id TEXT NOT NULL,
            reply TEXT NOT NULL,
            PRIMARY KEY (job, id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO jobReplies
            SELECT jobs.key, substr(requests.id, length('job-' || jobs.id || '-') + 1), requests.reply
            FROM jobs JOIN requests ON requests.tenant = jobs.tenant AND requests.id GLOB 'job-' || jobs.id || '-*'
            WHERE inWork;
        DELETE FROM requests WHERE action IN ('ChangeJob', 'ExpireSession', 'ResumeSession', 'DropStates')
            OR EXISTS (SELECT 1 FROM jobs WHERE jobs.tenant = requests.tenant AND requests.id GLOB 'job-' || jobs.id || '-*');

        CREATE TABLE keys (
            last INTEGER NOT NULL
        ) STRICT;
        INSERT INTO keys SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence;
        """;
}
