namespace CoLA.Core.Telemetry;

/// <summary>Token counts of one pair of labels for tenant and task. Any thread may count; counting allocates nothing.</summary>
internal sealed class TokenAccount
{
    private long _prefilled;
    private long _decoded;
    private long _trained;
    private long _scored;

    /// <summary>Adds prompt tokens that were prefilled.</summary>
    public void Prefilled(int tokens) => Interlocked.Add(ref _prefilled, tokens);

    /// <summary>Adds one generated token.</summary>
    public void Decoded() => Interlocked.Increment(ref _decoded);

    /// <summary>Adds tokens of training examples that went through forward and backward.</summary>
    public void Trained(long tokens) => Interlocked.Add(ref _trained, tokens);

    /// <summary>Adds tokens that went through forward only: scored prompts and continuations, and examples of an evaluation.</summary>
    public void Scored(long tokens) => Interlocked.Add(ref _scored, tokens);

    /// <summary>All counts with the names of their kinds.</summary>
    public IEnumerable<(string Kind, long Tokens)> Counts() =>
    [
        ("prefill", Volatile.Read(ref _prefilled)),
        ("decode", Volatile.Read(ref _decoded)),
        ("train", Volatile.Read(ref _trained)),
        ("score", Volatile.Read(ref _scored)),
    ];
}
