using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry.Sqlite;

/// <inheritdoc cref="IFileTable"/>
internal sealed class SqliteFiles(SqliteConnection connection, SqliteTransaction transaction) : IFileTable
{
    public ValueTask<bool> ContainsAsync(string sha256) => ValueTask.FromResult(connection.ExecuteScalar<bool>(
        """
        SELECT EXISTS (SELECT 1 FROM poolVersions WHERE sha256 = @sha256)
            OR EXISTS (SELECT 1 FROM taskVersions WHERE sha256 = @sha256)
            OR EXISTS (SELECT 1 FROM sessionStates WHERE sha256 = @sha256)
            OR EXISTS (SELECT 1 FROM jobs WHERE dataSha256 = @sha256)
        """,
        new { sha256 },
        transaction));

    public ValueTask<IReadOnlyList<string>> ListAsync(string after, int limit) => ValueTask.FromResult<IReadOnlyList<string>>(
        connection.Query<string>(
            """
            SELECT sha256 FROM poolVersions WHERE sha256 > @after
            UNION SELECT sha256 FROM taskVersions WHERE sha256 > @after
            UNION SELECT sha256 FROM sessionStates WHERE sha256 > @after
            UNION SELECT dataSha256 FROM jobs WHERE dataSha256 > @after
            ORDER BY 1 LIMIT @limit
            """,
            new { after, limit },
            transaction).AsList());
}
