namespace CoLA.Core.Catalog.Pools;

/// <summary>Who may use a pool beside its owner.</summary>
public enum PoolVisibility
{
    Private,
    Shared,
    Public,
}
