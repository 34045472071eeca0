using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sessions;

/// <summary>What this process holds of an open session. Its gate lets one call in at a time.</summary>
internal sealed class LiveSession(SessionStand stand, long now)
{
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>How soon the caller sends one step after another.</summary>
    public StepRhythm Rhythm { get; } = new();

    /// <summary>Null before the first call that needs them, after loading them has failed, and while the session is evicted.</summary>
    public SessionTensors? Tensors { get; set; }

    /// <summary>What the tensors held, while the session is evicted; null otherwise.</summary>
    public EvictedSession? Evicted { get; set; }

    /// <summary>The last accepted sequence number; 0 before the first.</summary>
    public long Sequence { get; private set; } = stand.Sequence;

    /// <summary>Hash of the request that carried that number.</summary>
    public byte[]? LastRequestHash { get; private set; } = stand.LastRequestHash;

    /// <summary>The reply to that request, as JSON.</summary>
    public string? LastReplyJson { get; private set; } = stand.LastReplyJson;

    /// <summary>Timestamp of the last call, on the clock by which sessions expire.</summary>
    public long LastUse { get; set; } = now;

    /// <summary>Set when the session is closed or expires. Calls that still wait at the gate then look the session up again.</summary>
    public bool IsRetired { get; set; }

    /// <summary>The stored reply if this request was accepted before; null if its number is the next one.</summary>
    /// <exception cref="InvalidArgumentRejection">The number was used by another request.</exception>
    /// <exception cref="PreconditionRejection">It is not the next number.</exception>
    public T? ReplyTo<T>(NumberedCall call)
        where T : class
    {
        if (call.Sequence == Sequence && LastReplyJson is not null)
        {
            return LastRequestHash.AsSpan().SequenceEqual(call.RequestHash)
                ? CatalogJson.Read<T>(LastReplyJson)
                : throw new InvalidArgumentRejection("sequence", $"{call.Sequence} was the number of another request; the next is {Sequence + 1}");
        }

        return call.Sequence == Sequence + 1
            ? null
            : throw new PreconditionRejection($"{call.Session} goes on from sequence {Sequence + 1}, not {call.Sequence}");
    }

    /// <summary>Refuses to save or publish a session that has lost steps, in a restart or by expiry, on which the caller counts.</summary>
    /// <exception cref="PreconditionRejection">The session stands before <paramref name="minimum"/>.</exception>
    public void ThrowIfBefore(long minimum, SessionName name)
    {
        if (Sequence < minimum)
        {
            throw new PreconditionRejection(
                $"{name} stands at sequence {Sequence}, before {minimum}: a restart or its expiry has lost the steps after its last saved state; "
                    + $"go on from {Sequence + 1}");
        }
    }

    /// <summary>Optimizer steps that a task has taken.</summary>
    public long StepsOf(TaskName task) =>
        Tensors?.Tasks.GetValueOrDefault(task)?.Optimizer.Step ?? Evicted?.Steps.GetValueOrDefault(task.ToString()) ?? 0;

    /// <summary>Takes the call's number, and stores the reply for the same request sent again.</summary>
    public void Accept<T>(NumberedCall call, T reply)
    {
        Sequence = call.Sequence;
        LastRequestHash = call.RequestHash;
        LastReplyJson = CatalogJson.Write(reply);
    }
}
