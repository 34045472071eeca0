using CoLA.Core.Catalog;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sessions;

/// <summary>What this process holds of an open session. Its gate lets one call in at a time.</summary>
internal sealed class LiveSession(SessionStand stand, long now)
{
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>How its caller steps.</summary>
    public StepRhythm Rhythm { get; } = new();

    /// <summary>Null until the first call that needs them, after a call that failed half-way in loading, and while others have their place.</summary>
    public SessionTensors? Tensors { get; set; }

    /// <summary>What they held, where they had to make room for others.</summary>
    public EvictedSession? Evicted { get; set; }

    /// <summary>The last accepted sequence number; 0 before the first.</summary>
    public long Sequence { get; private set; } = stand.Sequence;

    /// <summary>Hash of the request of that number.</summary>
    public byte[]? LastRequestHash { get; private set; } = stand.LastRequestHash;

    /// <summary>Its reply, as JSON.</summary>
    public string? LastReplyJson { get; private set; } = stand.LastReplyJson;

    /// <summary>When it was last called, by the clock that sessions expire by.</summary>
    public long LastUse { get; set; } = now;

    /// <summary>Set once the session is closed or has expired: calls that waited at the gate look for it again.</summary>
    public bool IsRetired { get; set; }

    /// <summary>The kept reply where this request was already accepted; null where it is the next.</summary>
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

    /// <summary>What would last must hold the steps that its caller counts on: a restart, or expiry, may have taken them.</summary>
    /// <exception cref="PreconditionRejection">It does not.</exception>
    public void ThrowIfBefore(long minimum, SessionName name)
    {
        if (Sequence < minimum)
        {
            throw new PreconditionRejection(
                $"{name} stands at sequence {Sequence}, before {minimum}: steps after its last saved state were lost in a restart or its expiry; go on "
                    + $"from {Sequence + 1}");
        }
    }

    /// <summary>Optimizer steps that a task has taken.</summary>
    public long StepsOf(TaskName task) =>
        Tensors?.Tasks.GetValueOrDefault(task)?.Optimizer.Step ?? Evicted?.Steps.GetValueOrDefault(task.ToString()) ?? 0;

    public void Accept<T>(NumberedCall call, T reply)
    {
        Sequence = call.Sequence;
        LastRequestHash = call.RequestHash;
        LastReplyJson = CatalogJson.Write(reply);
    }
}
