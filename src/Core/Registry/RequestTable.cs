using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry;

/// <summary>Tenants, and the replies that their requests got.</summary>
internal sealed class RequestTable(SqliteConnection connection, SqliteTransaction transaction)
{
    public void EnsureTenant(string tenant, long now) => connection.Execute(
        "INSERT INTO tenants (id, created) VALUES (@tenant, @now) ON CONFLICT DO NOTHING",
        new { tenant, now },
        transaction);

    public RequestRow? Find(string tenant, string id, long notBefore) => connection.QuerySingleOrDefault<RequestRow>(
        "SELECT tenant, id, action, hash, reply, created FROM requests WHERE tenant = @tenant AND id = @id AND created > @notBefore",
        new { tenant, id, notBefore },
        transaction);

    public void Insert(RequestRow row) => connection.Execute(
        "INSERT INTO requests (tenant, id, action, hash, reply, created) VALUES (@Tenant, @Id, @Action, @Hash, @Reply, @Created)",
        row,
        transaction);

    public void Prune(long notAfter) => connection.Execute(
        "DELETE FROM requests WHERE created <= @notAfter",
        new { notAfter },
        transaction);
}
