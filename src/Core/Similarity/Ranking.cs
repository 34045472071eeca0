using CoLA.Core.Naming;

namespace CoLA.Core.Similarity;

/// <summary>The candidates and the base model, sorted by how well they predict the examples.</summary>
/// <param name="Ranked">
/// Lowest loss first. Of equal losses the base model comes first, then the order of the candidates. Failed candidates come last.
/// </param>
/// <param name="LabelledTokens">Number of tokens of the examples whose weight is above 0.</param>
/// <param name="ScoredTokens">Number of tokens computed for the base model and all candidates together.</param>
public sealed record Ranking(IReadOnlyList<RankedTask> Ranked, long LabelledTokens, long ScoredTokens)
{
    /// <summary>The entry of the base model.</summary>
    public RankedTask Base => Ranked.Single(ranked => ranked.Version is null);

    /// <summary>Version of the most similar task; null if no task has a lower loss than the base model.</summary>
    public TaskVersionName? Best => Ranked[0].Failure is null ? Ranked[0].Version : null;
}
