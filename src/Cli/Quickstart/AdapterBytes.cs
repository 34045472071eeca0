using CoLA.Core.Configuration;
using CoLA.Core.Model;
using Strategy = CoLA.V1.Strategy;
using Target = CoLA.Core.Model.Target;

namespace CoLA.Cli.Quickstart;

/// <summary>What adapters hold on the device, in bytes of float32, with all targets adapted.</summary>
internal sealed class AdapterBytes(ModelConfig config, V1.PoolSpec pool)
{
    private static readonly Target[] Targets = Enum.GetValues<Target>();

    /// <summary>The pool's A, once for all tasks: M matrices of rank x in.</summary>
    public long Pool => pool.M * LowRank(config.In);

    /// <summary>A LoRA of its own: rank x in and out x rank.</summary>
    public long Lora => LowRank(target => config.In(target) + config.Out(target));

    /// <summary>
    /// A task's served version, folded: out x M rank; out x rank where every A is multiplied alike. Routed heads are not folded:
    /// out x N rank, without the router.
    /// </summary>
    public long Task(V1.TaskSpec task) => LowRank(config.Out) * task.Strategy switch
    {
        Strategy.Full or Strategy.Random or Strategy.RandomReversed or Strategy.Lora or Strategy.Adalora => 1,
        Strategy.HydraLora => task.N,
        _ => pool.M,
    };

    private long LowRank(Func<Target, int> side) => (long)config.Layers * pool.Rank * sizeof(float) * Targets.Sum(target => (long)side(target));
}
