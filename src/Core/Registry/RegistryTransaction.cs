using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry;

/// <summary>The tables as one transaction sees them. Valid until the call that handed it out returns.</summary>
internal sealed class RegistryTransaction(SqliteConnection connection, SqliteTransaction transaction)
{
    public RequestTable Requests { get; } = new(connection, transaction);

    public PoolTable Pools { get; } = new(connection, transaction);

    public TaskTable Tasks { get; } = new(connection, transaction);

    public SessionTable Sessions { get; } = new(connection, transaction);

    public JobTable Jobs { get; } = new(connection, transaction);

    public FileReferences Files { get; } = new(connection, transaction);
}
