using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Rejections;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>The settings with which a tenant registers a task; they never change.</summary>
/// <param name="Strategy">The coupling.</param>
/// <param name="N">Heads per target, 1 to 64; with COLORA the pool's head is one of them.</param>
/// <param name="Seed">The seed of random couplings and of the initial values of a new task.</param>
public sealed record TaskSpec(Strategy Strategy, int N, long Seed)
{
    /// <summary>The maximum number of heads per target.</summary>
    public const int MaximumN = 64;

    /// <summary>Checks the values against their ranges and against the pool.</summary>
    /// <exception cref="InvalidArgumentRejection">A value is out of its range or does not fit the pool; it names all such values.</exception>
    public void Validate(PoolSpec pool, string field = "spec")
    {
        var violations = new List<FieldViolation>();
        if (N is < 1 or > MaximumN)
        {
            violations.Add(new FieldViolation($"{field}.n", $"{N} is not in 1..{MaximumN}"));
        }
        else if (Strategy is Strategy.Lora or Strategy.Adalora && (N != 1 || pool.M != 1))
        {
            violations.Add(new FieldViolation($"{field}.n", $"LORA and ADALORA need M = N = 1; the pool has M = {pool.M}, the task N = {N}"));
        }
        else if (Strategy is Strategy.Heuristic or Strategy.HeuristicBalanced && N < pool.M)
        {
            violations.Add(new FieldViolation($"{field}.n", $"HEURISTIC and HEURISTIC_BALANCED need N >= M; the pool has M = {pool.M}, the task N = {N}"));
        }
        else if (Strategy == Strategy.Colora && !pool.SharedHead)
        {
            violations.Add(new FieldViolation($"{field}.strategy", "COLORA needs a pool with shared_head; the pool has no head of its own"));
        }
        else if (Strategy == Strategy.HydraLora && pool.M != 1)
        {
            violations.Add(new FieldViolation($"{field}.strategy", $"HYDRA_LORA needs M = 1; the pool has M = {pool.M}"));
        }
        else if (Strategy == Strategy.MoeLora && N != pool.M)
        {
            violations.Add(new FieldViolation($"{field}.n", $"MOE_LORA needs N = M; the pool has M = {pool.M}, the task N = {N}"));
        }

        if (pool.Initialisation == Initialisation.PissaSlices && Strategy is not (Strategy.Heuristic or Strategy.HeuristicBalanced or Strategy.Lora))
        {
            violations.Add(new FieldViolation($"{field}.strategy", "a PISSA_SLICES pool takes HEURISTIC, HEURISTIC_BALANCED and LORA"));
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
    }
}
