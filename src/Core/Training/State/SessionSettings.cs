using CoLA.Core.Catalog;
using CoLA.Core.Training.Optimizers;

namespace CoLA.Core.Training.State;

/// <summary>The settings of a session that the registry stores as JSON and does not read itself.</summary>
internal sealed record SessionSettings(IReadOnlyList<SessionTaskSpec> Tasks, OptimizerSpec? PoolOptimizer)
{
    public string ToJson() => CatalogJson.Write(this);

    public static SessionSettings FromJson(string json) => CatalogJson.Read<SessionSettings>(json);
}
