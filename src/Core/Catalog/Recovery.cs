using CoLA.Core.Artifacts;
using CoLA.Core.Naming;
using CoLA.Core.Ownership;
using CoLA.Core.Registry;

namespace CoLA.Core.Catalog;

/// <summary>What a process does at its start, before it serves anybody, with what it owns of what the last one left.</summary>
internal static class Recovery
{
    /// <summary>Sets its open sessions back to where they last stood, and removes artifacts that nothing names.</summary>
    public static async Task RunAsync(IRegistry registry, ArtifactStore artifacts, IOwnership ownership)
    {
        await registry.TransactAsync(run => SetSessionsBackAsync(run, ownership), CancellationToken.None).ConfigureAwait(false);
        if (ownership.CollectsArtifacts)
        {
            await artifacts.CollectAsync(await registry.ReadAsync(NamedFilesAsync, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private static async ValueTask<int> SetSessionsBackAsync(IRegistryTransaction registry, IOwnership ownership)
    {
        var sessions = await Paging.AllAsync(0L, session => session.Key, registry.Sessions.ListAsync).ConfigureAwait(false);
        var moved = sessions.Where(session => session.PoolVersion != session.StandPoolVersion && ownership.Owns(new SessionName(session.Id))).ToList();
        moved.ForEach(session => registry.Put(session with { PoolVersion = session.StandPoolVersion }));
        return moved.Count;
    }

    private static async ValueTask<HashSet<string>> NamedFilesAsync(IRegistryReader registry) =>
        [.. await Paging.AllAsync("", file => file, registry.Files.ListAsync).ConfigureAwait(false)];
}
