using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry.Sqlite;

/// <inheritdoc cref="IRequestTable"/>
internal sealed class SqliteRequests(SqliteConnection connection, SqliteTransaction transaction) : IRequestTable
{
    public ValueTask<RequestRow?> FindAsync(string tenant, string id) => ValueTask.FromResult(connection.QuerySingleOrDefault<RequestRow>(
        "SELECT tenant, id, action, hash, reply, created, expires FROM requests WHERE tenant = @tenant AND id = @id",
        new { tenant, id },
        transaction));

    /// <summary>Stores the row, and drops those that had expired when it was made.</summary>
    public void Put(RequestRow row) => connection.Execute(
        """
        DELETE FROM requests WHERE expires <= @Created;
        INSERT INTO requests (tenant, id, action, hash, reply, created, expires)
        VALUES (@Tenant, @Id, @Action, @Hash, @Reply, @Created, @Expires)
        ON CONFLICT (tenant, id) DO UPDATE
        SET action = excluded.action, hash = excluded.hash, reply = excluded.reply, created = excluded.created, expires = excluded.expires
        """,
        row,
        transaction);
}
