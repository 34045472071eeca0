namespace CoLA.Core.Registry;

internal sealed record GrantRow
{
    public required string Tenant { get; init; }

    public required int Rights { get; init; }
}
