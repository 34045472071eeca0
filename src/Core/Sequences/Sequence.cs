using System.Threading.Channels;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Cache;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Tokens;

namespace CoLA.Core.Sequences;

/// <summary>
/// A generated row inside the engine: its tokens, cache blocks, adapter and sampler. After it was submitted, only the
/// engine's thread uses it.
/// </summary>
internal sealed class Sequence
{
    private readonly ChannelWriter<GenerationEvent> _events;
    private readonly int _row;
    private readonly IncrementalDecoder? _decoder;
    private readonly StopStrings _stops;
    private readonly Sampler _sampler;
    private readonly CancellationToken _cancellation;
    private int _generated;

    public Sequence(
        SequenceSpec spec,
        int row,
        IncrementalDecoder? decoder,
        ChannelWriter<GenerationEvent> events,
        CancellationToken cancellation)
    {
        Spec = spec;
        _row = row;
        _decoder = decoder;
        _stops = new StopStrings(spec.Stops);
        _sampler = new Sampler(spec.Sampling, spec.Prompt);
        _events = events;
        _cancellation = cancellation;
        Tokens = [.. spec.Prompt];
    }

    public SequenceSpec Spec { get; }

    /// <summary>The tenant and the task version: rows share keys and values only with rows of the same owner.</summary>
    public PrefixOwner Owner { get; init; }

    /// <summary>Where its adapter is loaded from; null for the base model.</summary>
    public AdapterSource? Source { get; init; }

    /// <summary>Its adapter while it runs; null for the base model.</summary>
    public FoldedAdapter? Adapter { get; set; }

    /// <summary>Token ids of the prompt and of what was generated so far.</summary>
    public List<int> Tokens { get; }

    /// <summary>The cache blocks of its keys and values while it runs.</summary>
    public RowBlocks Blocks { get; } = new();

    /// <summary>Counts its tokens.</summary>
    public TokenAccount Account { get; init; } = new();

    /// <summary>Times of its arrival, admission, first and last token.</summary>
    public RowTiming Timing { get; init; } = new();

    /// <summary>Number of leading tokens whose keys and values are in the cache.</summary>
    public int Cached { get; set; }

    /// <summary>Number of tokens that must still be computed before the next token can be chosen.</summary>
    public int Unread => Tokens.Count - Cached;

    /// <summary>Whether at least one token was generated.</summary>
    public bool HasGenerated => _generated > 0;

    /// <summary>The most cache positions that the row can need. Its last token is never computed, so it needs none.</summary>
    public int MaximumPositions => Spec.Prompt.Count + Spec.MaximumTokens - 1;

    public bool IsCancelled => _cancellation.IsCancellationRequested;

    public bool NeedsLogits => !Spec.Sampling.IsPlainGreedy;

    /// <summary>Chooses the next token from raw logits (vocabulary). Overwrites them.</summary>
    public int Choose(Span<float> logits) => _sampler.Next(logits);

    /// <summary>Appends the chosen token and sends it to the caller. Returns whether the row has ended.</summary>
    public bool Accept(GeneratedToken token)
    {
        _generated++;
        Account.Decoded();
        Timing.Token();
        Tokens.Add(token.Id);
        var ended = Spec.EndIds.Contains(token.Id);
        var (text, stopped) = _stops.Push(_decoder?.Push(token.Id) ?? "");
        FinishReason? reason = ended ? FinishReason.Stop
            : stopped ? FinishReason.StopString
            : _generated >= Spec.MaximumTokens ? FinishReason.Length
            : null;
        if (reason is null)
        {
            _events.TryWrite(new GenerationEvent(_row, text, [token], null));
            return false;
        }

        if (!stopped)
        {
            var (rest, stoppedAtTheEnd) = _stops.Push(_decoder?.Flush() ?? "");
            text += stoppedAtTheEnd ? rest : rest + _stops.Flush();
            reason = stoppedAtTheEnd && !ended ? FinishReason.StopString : reason;
        }

        _events.TryWrite(new GenerationEvent(_row, text, [token], new Finish(reason.Value, null, Spec.Prompt.Count, _generated)));
        return true;
    }

    /// <summary>Ends the row and its whole call with an internal error.</summary>
    public void Crash(Exception fault) => _events.TryComplete(fault);

    /// <summary>Ends the row with a rejection. Other rows of the call continue.</summary>
    public void Fail(Rejection failure)
    {
        _events.TryWrite(new GenerationEvent(_row, "", [], new Finish(FinishReason.Failed, failure, Spec.Prompt.Count, _generated)));
    }
}
