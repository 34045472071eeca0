using CoLA.Core.Artifacts;
using CoLA.Core.Naming;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>A saved state of a session: <c>sessions/x/states/n</c>. It lives as long as the session is open.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sequence">The last accepted sequence number when it was saved.</param>
/// <param name="PoolVersion">The pool version that the session went on from then.</param>
/// <param name="Artifact">The working copies and their optimizers' state.</param>
/// <param name="LastRequestHash">Hash of the request of that sequence number; null where there was none.</param>
/// <param name="LastReplyJson">Its reply.</param>
/// <param name="Created">When.</param>
public sealed record SavedState(
    SessionStateName Name,
    long Sequence,
    int PoolVersion,
    Artifact Artifact,
    byte[]? LastRequestHash,
    string? LastReplyJson,
    DateTimeOffset Created);
