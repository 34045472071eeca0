using System.Collections.Concurrent;

namespace CoLA.Bench.Soaks;

/// <summary>What has happened so far; from any thread.</summary>
internal sealed class SoakCount
{
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentDictionary<string, long> _events = new(StringComparer.Ordinal);
    private long _tokens;

    /// <summary>Tokens that clients got.</summary>
    public long Tokens => Interlocked.Read(ref _tokens);

    /// <summary>How often each thing was done.</summary>
    public IReadOnlyDictionary<string, long> Events => _events;

    /// <summary>What failed and should not have.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    public void Came(int tokens) => Interlocked.Add(ref _tokens, tokens);

    public void Did(string what) => _events.AddOrUpdate(what, 1, (_, times) => times + 1);

    public void Failed(string what) => _failures.Enqueue(what);
}
