using CoLA.Core.Naming;

namespace CoLA.Core.Similarity;

/// <summary>The candidates and the bare base by how well they predict the examples.</summary>
/// <param name="Ranked">Lowest loss first, of equals the base and then in the order of the candidates; those that failed last.</param>
/// <param name="LabelledTokens">Tokens of the examples that have weight.</param>
/// <param name="ScoredTokens">Tokens that were read, under the base and all candidates together.</param>
public sealed record Ranking(IReadOnlyList<RankedTask> Ranked, long LabelledTokens, long ScoredTokens)
{
    public RankedTask Base => Ranked.Single(ranked => ranked.Version is null);

    /// <summary>The most similar task's version; null where none is better than the base.</summary>
    public TaskVersionName? Best => Ranked[0].Failure is null ? Ranked[0].Version : null;
}
