namespace CoLA.Core.Registry;

/// <summary>Tenants that have changed something.</summary>
internal interface ITenantTable
{
    ValueTask<TenantRow?> FindAsync(string id);
}
