using System.Text.Json.Serialization;

namespace CoLA.Bench.Measures;

/// <summary>What this machine can do at best, measured in the run that uses it: figures only mean something beside it.</summary>
/// <param name="Threads">Intra-op threads.</param>
/// <param name="SgemmGflops">Median product 1024^3, 2 n^3 FLOP.</param>
/// <param name="ReadGigabytesPerSecond">The larger of a sum over, and a one-row product with, a 1 GiB float32 buffer.</param>
internal sealed record Machine(
    [property: JsonPropertyName("threads")] int Threads,
    [property: JsonPropertyName("sgemmGflops")] double SgemmGflops,
    [property: JsonPropertyName("readGBs")] double ReadGigabytesPerSecond);
