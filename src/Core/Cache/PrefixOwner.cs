using CoLA.Core.Naming;

namespace CoLA.Core.Cache;

/// <summary>
/// Whose keys and values a block holds: nothing is ever shared between two of these. The base model is one per process;
/// keys of task versions are never used again, so a name made anew finds nothing of what was there before.
/// </summary>
/// <param name="Tenant">The caller.</param>
/// <param name="Version">Key of the task version; 0 for the bare base.</param>
internal readonly record struct PrefixOwner(TenantId Tenant, long Version);
