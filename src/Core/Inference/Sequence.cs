using System.Threading.Channels;
using CoLA.Core.Adapters;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Tokens;

namespace CoLA.Core.Inference;

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
    }

    public SequenceSpec Spec { get; }

    /// <summary>Makes the row's adapter resident; called on the engine's thread when the row is admitted. Null for the base.</summary>
    public Func<FoldedAdapter?> Adapter { get; init; } = () => null;

    /// <summary>Lets the adapter go; called once the row has left.</summary>
    public Action<FoldedAdapter> Release { get; init; } = _ => { };

    /// <summary>Where its tokens are counted.</summary>
    public TokenAccount Account { get; init; } = new();

    /// <summary>When it did what.</summary>
    public RowTiming Timing { get; init; } = new();

    /// <summary>Tokens that the key-value cache holds.</summary>
    public int Cached { get; set; }

    /// <summary>The token that the next decode step reads.</summary>
    public int LastToken { get; private set; }

    /// <summary>Positions that the row can ever need in the cache: its last token is never read.</summary>
    public int MostPositions => Spec.Prompt.Count + Spec.MaximumTokens - 1;

    public bool IsPrefilled => Cached >= Spec.Prompt.Count;

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
        LastToken = token.Id;
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
