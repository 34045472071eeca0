using System.Diagnostics;

namespace CoLA.Bench.Loads;

/// <summary>How one request went, as its client saw it.</summary>
internal sealed class RequestTiming
{
    private readonly long _sent = Stopwatch.GetTimestamp();
    private long _first;
    private long _last;

    public int NewTokens { get; private set; }

    public long PromptTokens { get; set; }

    /// <summary>Seconds to the first token.</summary>
    public double ToFirstToken => Stopwatch.GetElapsedTime(_sent, _first).TotalSeconds;

    /// <summary>Mean seconds of a token after the first; null where there was but one.</summary>
    public double? PerToken => NewTokens > 1 ? Stopwatch.GetElapsedTime(_first, _last).TotalSeconds / (NewTokens - 1) : null;

    /// <summary>Seconds to the last token.</summary>
    public double Duration => Stopwatch.GetElapsedTime(_sent, _last).TotalSeconds;

    public void Came(int tokens)
    {
        if (tokens > 0)
        {
            _last = Stopwatch.GetTimestamp();
            _first = NewTokens == 0 ? _last : _first;
            NewTokens += tokens;
        }
    }
}
