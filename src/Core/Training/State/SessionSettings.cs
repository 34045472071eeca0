using CoLA.Core.Catalog;
using CoLA.Core.Training.Optimizers;

namespace CoLA.Core.Training.State;

/// <summary>What of an OpenSessionSpec the registry keeps for the training room, as JSON.</summary>
internal sealed record SessionSettings(IReadOnlyList<SessionTaskSpec> Tasks, OptimizerSpec? PoolOptimizer)
{
    public string ToJson() => CatalogJson.Write(this);

    public static SessionSettings FromJson(string json) => CatalogJson.Read<SessionSettings>(json);
}
