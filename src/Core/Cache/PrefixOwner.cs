using CoLA.Core.Naming;

namespace CoLA.Core.Cache;

/// <summary>
/// The owner of the keys and values in a block; two owners never share a block. Keys of task versions are never reused, so
/// a task that is deleted and created again under the same name finds nothing of the old one. There is one base model per
/// process, so it needs no key.
/// </summary>
/// <param name="Tenant">The tenant that called.</param>
/// <param name="Version">Key of the task version; 0 for the base model without an adapter.</param>
internal readonly record struct PrefixOwner(TenantId Tenant, long Version);
