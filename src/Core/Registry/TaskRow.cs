namespace CoLA.Core.Registry;

/// <summary>A task; its key is <see cref="Key"/>, and no two of a tenant have the same <see cref="Id"/>.</summary>
internal sealed record TaskRow : RegistryRow
{
    public required long Key { get; init; }

    public required string Tenant { get; init; }

    public required string Id { get; init; }

    /// <summary>Key of the pool.</summary>
    public required long Pool { get; init; }

    public required string Spec { get; init; }

    public required int ServedVersion { get; init; }

    /// <summary>How often the served version was set: the order of the next one.</summary>
    public required int TimesServed { get; init; }

    public required int VersionsMade { get; init; }

    public required long Created { get; init; }

    /// <summary>Full name of the task version whose heads it began with; null where it began as the base model.</summary>
    public required string? StartedFrom { get; init; }

    /// <summary>At most one for each tenant, by tenant.</summary>
    public required IReadOnlyList<GrantRow> Grants { get; init; }
}
