using CoLA.Core.Naming;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>What a tenant asks of a new session.</summary>
/// <param name="Pool">The pool whose A the tasks share.</param>
/// <param name="PoolVersion">Where it begins; null for the pool's current version.</param>
/// <param name="Tasks">Tasks of the caller, and of tenants that granted it TRAIN; at least one.</param>
/// <param name="PoolTrainable">A_TRAINABLE, not A_FROZEN.</param>
/// <param name="Rebase">Keep the heads of tasks that are pinned to another pool version, though their outputs change.</param>
/// <param name="SettingsJson">The training's settings, which mean nothing here.</param>
/// <param name="Budgeted">Tasks that are to give up components: they must be ADALORA.</param>
public sealed record OpenSession(
    PoolName Pool,
    int? PoolVersion,
    IReadOnlyList<TaskName> Tasks,
    bool PoolTrainable,
    bool Rebase,
    string SettingsJson,
    IReadOnlySet<TaskName>? Budgeted = null);
