using CoLA.Core.Data;
using CoLA.Core.Inference;

namespace CoLA.Bench.Worlds;

/// <summary>
/// Prompts of random tokens, each made once, so that no row finds keys and values of another. The same in every run.
/// Thread-safe.
/// </summary>
internal sealed class Prompts(int vocabulary)
{
    private readonly SplitMix64 _random = SplitMix64.For(1, "prompts");
    private readonly Lock _lock = new();

    public TokenPrompt Next(int tokens)
    {
        lock (_lock)
        {
            return new TokenPrompt([.. Enumerable.Range(0, tokens).Select(_ => _random.Below(vocabulary))]);
        }
    }
}
