namespace CoLA.Core.Registry;

/// <summary>A tenant; its key is <see cref="Id"/>. It is there before any row that names it.</summary>
internal sealed record TenantRow : RegistryRow
{
    public required string Id { get; init; }

    public required long Created { get; init; }
}
