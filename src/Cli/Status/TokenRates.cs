using System.Text.Json.Serialization;
using CoLA.V1;

namespace CoLA.Cli.Status;

/// <summary>Tokens a second, by what was done with them.</summary>
internal sealed record TokenRates(double Decode, double Prefill, double Train, double Score)
{
    [JsonIgnore]
    public double Total => Decode + Prefill + Train + Score;

    /// <param name="now">Counts.</param>
    /// <param name="before">The same counts, earlier; null for zeros.</param>
    /// <param name="seconds">Between them.</param>
    public static TokenRates Between(TokenCounts? now, TokenCounts? before, double seconds) => new(
        ((now?.Decode ?? 0) - (before?.Decode ?? 0)) / seconds,
        ((now?.Prefill ?? 0) - (before?.Prefill ?? 0)) / seconds,
        ((now?.Train ?? 0) - (before?.Train ?? 0)) / seconds,
        ((now?.Score ?? 0) - (before?.Score ?? 0)) / seconds);
}
