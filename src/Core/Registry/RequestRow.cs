namespace CoLA.Core.Registry;

/// <summary>A client's request and its reply; its key is <see cref="Tenant"/> and <see cref="Id"/>.</summary>
internal sealed record RequestRow : RegistryRow
{
    public required string Tenant { get; init; }

    /// <summary>Chosen by the client.</summary>
    public required string Id { get; init; }

    /// <summary>The method that was called.</summary>
    public required string Action { get; init; }

    /// <summary>Hash of the whole request.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>The reply, as JSON.</summary>
    public required string Reply { get; init; }

    public required long Created { get; init; }

    /// <summary>From then on nobody needs the row, and the registry may drop it.</summary>
    public required long Expires { get; init; }
}
