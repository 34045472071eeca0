using CoLA.Core.Naming;

namespace CoLA.Core.Training.Sessions;

/// <summary>A call of a session that carries a sequence number: who calls, and which number.</summary>
/// <param name="Caller">The session's opener.</param>
/// <param name="Session">The session.</param>
/// <param name="Sequence">The next number; or the last one again, which returns the stored reply.</param>
/// <param name="RequestHash">Hash of the whole request and of its kind.</param>
public sealed record NumberedCall(TenantId Caller, SessionName Session, long Sequence, byte[] RequestHash);
