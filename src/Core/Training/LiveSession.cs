using CoLA.Core.Catalog;
using CoLA.Core.Rejections;
using CoLA.Core.Tenancy;

namespace CoLA.Core.Training;

/// <summary>What this process holds of an open session. Its gate lets one call in at a time.</summary>
internal sealed class LiveSession(SessionStand stand)
{
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Null until the first call that needs them, and again after a call that failed half-way in loading.</summary>
    public SessionTensors? Tensors { get; set; }

    /// <summary>The last accepted sequence number; 0 before the first.</summary>
    public long Sequence { get; private set; } = stand.Sequence;

    /// <summary>Hash of the request of that number.</summary>
    public byte[]? LastRequestHash { get; private set; } = stand.LastRequestHash;

    /// <summary>Its reply, as JSON.</summary>
    public string? LastReplyJson { get; private set; } = stand.LastReplyJson;

    /// <summary>Set once the session is closed: calls that waited at the gate find it gone.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The kept reply where this request was already accepted; null where it is the next.</summary>
    /// <exception cref="InvalidArgumentRejection">The number was used by another request.</exception>
    /// <exception cref="PreconditionRejection">It is not the next number.</exception>
    public StepReport? ReplyTo(SessionName name, long sequence, byte[] requestHash)
    {
        if (sequence == Sequence && LastReplyJson is not null)
        {
            return LastRequestHash.AsSpan().SequenceEqual(requestHash)
                ? CatalogJson.Read<StepReport>(LastReplyJson)
                : throw new InvalidArgumentRejection("sequence", $"{sequence} was the number of another request; the next is {Sequence + 1}");
        }

        return sequence == Sequence + 1
            ? null
            : throw new PreconditionRejection($"{name} goes on from sequence {Sequence + 1}, not {sequence}");
    }

    public void Accept(long sequence, byte[] requestHash, StepReport reply)
    {
        Sequence = sequence;
        LastRequestHash = requestHash;
        LastReplyJson = CatalogJson.Write(reply);
    }
}
