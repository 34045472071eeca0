namespace CoLA.Core.Registry;

/// <summary>
/// The tables as one read, or one run of a transaction, sees them. Valid until the call that handed it out returns.
/// Lists are sorted and read in pages along one index: a page holds the rows behind a given place, at most as many as asked.
/// </summary>
internal interface IRegistryReader
{
    ITenantTable Tenants { get; }

    IRequestTable Requests { get; }

    IPoolTable Pools { get; }

    ITaskTable Tasks { get; }

    ISessionTable Sessions { get; }

    IJobTable Jobs { get; }

    IFileTable Files { get; }
}
