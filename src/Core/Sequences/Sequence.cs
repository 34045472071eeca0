using System.Threading.Channels;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Cache;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Tokens;

namespace CoLA.Core.Sequences;

/// <summary>A row on its way through the engine. Only the engine's thread touches it after it was submitted.</summary>
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

    /// <summary>Who asked, and under which task version: whose keys and values it may share.</summary>
    public PrefixOwner Owner { get; init; }

    /// <summary>Where its adapter comes from; null for the base.</summary>
    public AdapterSource? Source { get; init; }

    /// <summary>Its adapter while it runs; null for the base.</summary>
    public FoldedAdapter? Adapter { get; set; }

    /// <summary>The prompt, and what was generated so far.</summary>
    public List<int> Tokens { get; }

    /// <summary>Its keys and values while it runs.</summary>
    public RowBlocks Blocks { get; } = new();

    /// <summary>Where its tokens are counted.</summary>
    public TokenAccount Account { get; init; } = new();

    /// <summary>When it did what.</summary>
    public RowTiming Timing { get; init; } = new();

    /// <summary>Tokens whose keys and values are there.</summary>
    public int Cached { get; set; }

    /// <summary>Tokens that are still to be read before the next one can be chosen.</summary>
    public int Unread => Tokens.Count - Cached;

    /// <summary>It has begun to answer.</summary>
    public bool HasAnswered => _generated > 0;

    /// <summary>Positions that the row can ever need in the cache: its last token is never read.</summary>
    public int MostPositions => Spec.Prompt.Count + Spec.MaximumTokens - 1;

    public bool IsCancelled => _cancellation.IsCancellationRequested;

    public bool NeedsLogits => !Spec.Sampling.IsPlainGreedy;

    /// <summary>Chooses the next token from raw logits (vocabulary), which are overwritten.</summary>
    public int Choose(Span<float> logits) => _sampler.Next(logits);

    /// <summary>Takes the chosen token in, tells the caller, and says whether the row has ended.</summary>
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

    /// <summary>Ends the row, and the call that it belongs to, with a fault of the system itself.</summary>
    public void Crash(Exception fault) => _events.TryComplete(fault);

    /// <summary>Ends the row with what went wrong.</summary>
    public void Fail(Rejection failure)
    {
        _events.TryWrite(new GenerationEvent(_row, "", [], new Finish(FinishReason.Failed, failure, Spec.Prompt.Count, _generated)));
    }
}
