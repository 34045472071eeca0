using CoLA.Core.Naming;

namespace CoLA.Core.Training.Sessions;

/// <summary>Who calls a session, under which of its numbers.</summary>
/// <param name="Caller">The session's opener.</param>
/// <param name="Session">The session.</param>
/// <param name="Sequence">The next number, or the last one again: then the kept reply is given.</param>
/// <param name="RequestHash">Hash of the whole request and of its kind.</param>
public sealed record NumberedCall(TenantId Caller, SessionName Session, long Sequence, byte[] RequestHash);
