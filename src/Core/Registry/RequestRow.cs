namespace CoLA.Core.Registry;

internal sealed record RequestRow
{
    public required string Tenant { get; init; }

    public required string Id { get; init; }

    /// <summary>The method that was called.</summary>
    public required string Action { get; init; }

    public required byte[] Hash { get; init; }

    /// <summary>The reply, as JSON.</summary>
    public required string Reply { get; init; }

    public required long Created { get; init; }
}
