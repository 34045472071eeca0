using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry.Sqlite;

/// <inheritdoc cref="ITenantTable"/>
internal sealed class SqliteTenants(SqliteConnection connection, SqliteTransaction transaction) : ITenantTable
{
    public ValueTask<TenantRow?> FindAsync(string id) => ValueTask.FromResult(connection.QuerySingleOrDefault<TenantRow>(
        "SELECT id, created FROM tenants WHERE id = @id",
        new { id },
        transaction));

    public void Put(TenantRow row) => connection.Execute(
        "INSERT INTO tenants (id, created) VALUES (@Id, @Created) ON CONFLICT (id) DO UPDATE SET created = excluded.created",
        row,
        transaction);
}
