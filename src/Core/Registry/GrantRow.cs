namespace CoLA.Core.Registry;

/// <summary>What a tenant may do with a task of another; a part of the task's row.</summary>
internal sealed record GrantRow(string Tenant, int Rights);
