using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>Finds sessions that a caller names. To everybody but its opener a session is not found.</summary>
internal static class SessionAccess
{
    /// <exception cref="NotFoundRejection">There is none of that name, or the caller did not open it.</exception>
    public static async ValueTask<SessionRow> OwnAsync(IRegistryReader registry, TenantId caller, SessionName name) =>
        await FindOwnAsync(registry, caller, name).ConfigureAwait(false) ?? throw NotFoundRejection.Of(name);

    /// <summary>As <see cref="OwnAsync"/>; null where it is not found.</summary>
    public static async ValueTask<SessionRow?> FindOwnAsync(IRegistryReader registry, TenantId caller, SessionName name) =>
        await registry.Sessions.FindAsync(name.Session).ConfigureAwait(false) is { } session && session.Opener == caller.Value ? session : null;

    /// <exception cref="NotFoundRejection">The session has no saved state of that number.</exception>
    public static async ValueTask<SessionStateRow> StateAsync(IRegistryReader registry, SessionRow session, SessionStateName name) =>
        await registry.Sessions.FindStateAsync(session.Key, name.Number).ConfigureAwait(false) ?? throw NotFoundRejection.Of(name);

    /// <summary>All its saved states, oldest first.</summary>
    public static ValueTask<IReadOnlyList<SessionStateRow>> StatesAsync(IRegistryReader registry, SessionRow session) =>
        Paging.AllAsync(0, state => state.Number, (after, limit) => registry.Sessions.ListStatesAsync(session.Key, after, limit));
}
