namespace CoLA.Core.Catalog;

/// <summary>A part of a list: by name, or newest version first.</summary>
/// <param name="Items">The items.</param>
/// <param name="NextToken">Asks for the next part; null where there is none.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextToken);
