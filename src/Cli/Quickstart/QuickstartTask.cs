using CoLA.Core.Data;
using CoLA.V1;

namespace CoLA.Cli.Quickstart;

/// <summary>A task of one of the quickstart's tenants.</summary>
/// <param name="Tenant">Who owns it.</param>
/// <param name="Id">Its id.</param>
/// <param name="Spec">How it couples to the pool.</param>
/// <param name="Data">What it learns from, and what it is judged on.</param>
internal sealed record QuickstartTask(string Tenant, string Id, TaskSpec Spec, DataSplit Data)
{
    public string Name => $"tenants/{Tenant}/tasks/{Id}";
}
