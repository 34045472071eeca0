using System.Text.Json.Serialization;
using CoLA.Bench.Measures;

namespace CoLA.Bench.Rendering;

/// <summary>What one benchmark prints: one JSON object.</summary>
/// <param name="Bench">Its name.</param>
/// <param name="Model">The base model.</param>
/// <param name="Machine">What the machine can do.</param>
/// <param name="Figures">Absolute medians; they drift with the machine.</param>
/// <param name="Ratios">Two things of one run, one over the other: these are to be compared.</param>
internal sealed record BenchReport(
    [property: JsonPropertyName("bench")] string Bench,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("machine")] Machine Machine,
    [property: JsonPropertyName("figures")] IReadOnlyDictionary<string, double> Figures,
    [property: JsonPropertyName("ratios")] IReadOnlyDictionary<string, double> Ratios);
