using CoLA.V1;
using SplitMix64 = CoLA.Core.Data.SplitMix64;

namespace CoLA.Bench.Soaks;

/// <summary>Something to train on: random tokens, all of which count.</summary>
internal static class SoakExample
{
    public static Example Of(string task, int tokens, SplitMix64 random) => new()
    {
        Task = task,
        Tokens = new TokenExample
        {
            Ids = { Enumerable.Range(0, tokens).Select(_ => random.Below(SoakRows.Vocabulary)) },
            Weights = { Enumerable.Repeat(1f, tokens) },
        },
    };
}
