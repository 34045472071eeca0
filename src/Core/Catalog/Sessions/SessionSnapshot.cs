using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Naming;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>An open session.</summary>
/// <param name="Name">Its name, known to its opener alone.</param>
/// <param name="Opener">The only tenant that may call it.</param>
/// <param name="PoolSpec">The pool's spec.</param>
/// <param name="PoolVersion">The pool version that it goes on from: the parent of what it publishes.</param>
/// <param name="PoolTrainable">A_TRAINABLE, not A_FROZEN.</param>
/// <param name="Rebase">As asked at its opening.</param>
/// <param name="SettingsJson">The training's settings, as given.</param>
/// <param name="Tasks">Its tasks and what they began with, in the order asked.</param>
/// <param name="Stand">Where a restart puts it.</param>
/// <param name="Created">When it was opened.</param>
/// <param name="IsExpired">It was idle for too long and holds no tasks until it is resumed.</param>
public sealed record SessionSnapshot(
    SessionName Name,
    TenantId Opener,
    PoolSpec PoolSpec,
    PoolVersionSnapshot PoolVersion,
    bool PoolTrainable,
    bool Rebase,
    string SettingsJson,
    IReadOnlyList<SessionTaskSnapshot> Tasks,
    SessionStand Stand,
    DateTimeOffset Created,
    bool IsExpired = false);
