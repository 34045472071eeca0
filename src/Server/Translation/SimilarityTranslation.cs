using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Similarity;
using CoLA.Server.Interceptors;

namespace CoLA.Server.Translation;

/// <summary>Comparisons of tasks, and what starts from them, between the contract and Core.</summary>
internal static class SimilarityTranslation
{
    public static Comparison ToCore(PoolName pool, IEnumerable<V1.Example> examples, IEnumerable<string> candidates) => new(
        pool,
        examples.ToContents(),
        [.. candidates.Select((candidate, index) => TaskName.Parse(candidate, $"candidates[{index}]"))]);

    /// <summary>What the spec leaves out is the neighbour's.</summary>
    public static Newcomer ToNewcomer(this V1.TaskSpec? spec, TaskName name, PoolName pool, int? poolVersion, IReadOnlyList<TaskGrant> grants) => new(
        name,
        pool,
        poolVersion,
        spec is null || spec.Strategy == V1.Strategy.Unspecified ? null : EnumTranslation.Strategies.ToCore(spec.Strategy, "spec.strategy"),
        spec is { HasN: true } ? spec.N : null,
        spec?.Seed ?? 0,
        grants);

    public static V1.FindSimilarResponse ToContract(this Ranking ranking) => new()
    {
        Ranking = { ranking.Ranked.Select(ToContract) },
        Best = ranking.Best?.ToString() ?? "",
        LabelledTokens = ranking.LabelledTokens,
        Tokens = ranking.ScoredTokens,
    };

    private static V1.SimilarTask ToContract(RankedTask ranked)
    {
        var contract = new V1.SimilarTask
        {
            Task = ranked.Version?.Task.ToString() ?? "",
            Version = ranked.Version?.ToString() ?? "",
            PoolVersion = ranked.PoolVersion?.ToString() ?? "",
        };
        if (ranked.Failure is { } failure)
        {
            var status = RejectionStatus.Of(failure);
            contract.Failure = new V1.Failure { Code = status.Code, Message = status.Message };
        }
        else
        {
            contract.Loss = ranked.Loss;
        }

        return contract;
    }
}
