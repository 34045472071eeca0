namespace CoLA.Core.Telemetry;

/// <summary>Tokens of one tenant with one task, or of all that share a label. Counted by any thread, without allocating.</summary>
internal sealed class TokenAccount
{
    private long _prefilled;
    private long _decoded;
    private long _trained;
    private long _scored;

    /// <summary>Prompt tokens that were read.</summary>
    public void Prefilled(int tokens) => Interlocked.Add(ref _prefilled, tokens);

    /// <summary>A token was generated.</summary>
    public void Decoded() => Interlocked.Increment(ref _decoded);

    /// <summary>Tokens of examples that went forward and backward.</summary>
    public void Trained(long tokens) => Interlocked.Add(ref _trained, tokens);

    /// <summary>Tokens of prompts and continuations that were scored, and of examples whose loss alone was computed.</summary>
    public void Scored(long tokens) => Interlocked.Add(ref _scored, tokens);

    /// <summary>All counts, by the names of their kinds.</summary>
    public IEnumerable<(string Kind, long Tokens)> Counts() =>
    [
        ("prefill", Volatile.Read(ref _prefilled)),
        ("decode", Volatile.Read(ref _decoded)),
        ("train", Volatile.Read(ref _trained)),
        ("score", Volatile.Read(ref _scored)),
    ];
}
