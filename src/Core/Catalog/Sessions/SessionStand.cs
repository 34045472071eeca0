using CoLA.Core.Artifacts;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>Where a restart puts a session: the state it last saved or loaded, or its opening.</summary>
/// <param name="State">Number of the saved state; null for the opening.</param>
/// <param name="Artifact">The saved state; null for the opening.</param>
/// <param name="Sequence">The last accepted sequence number; 0 at the opening.</param>
/// <param name="LastRequestHash">Hash of the request of that number; null where there was none.</param>
/// <param name="LastReplyJson">Its reply.</param>
public sealed record SessionStand(int? State, Artifact? Artifact, long Sequence, byte[]? LastRequestHash, string? LastReplyJson);
