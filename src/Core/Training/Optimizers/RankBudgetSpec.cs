using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Rejections;

namespace CoLA.Core.Training.Optimizers;

/// <summary>
/// How an ADALORA task gives up components (arXiv 2303.10512): from all of them down to <paramref name="TargetRank"/> per target
/// on average, on a cubic schedule over the task's optimizer steps.
/// </summary>
/// <param name="TargetRank">1 to 256; at or above the pool's rank nothing is given up.</param>
/// <param name="TotalSteps">T, at least 1.</param>
/// <param name="InitialSteps">t_i: steps before the first component is given up; at least 0.</param>
/// <param name="FinalSteps">t_f: steps at the end in which the choice is fixed; at least 0, t_i + t_f below T.</param>
/// <param name="Every">Steps between two choices, at least 1.</param>
/// <param name="Beta1">Decay of the running average of the sensitivity |w dL/dw|; in [0, 1).</param>
/// <param name="Beta2">Decay of the running average of its uncertainty; in [0, 1).</param>
/// <param name="Orthogonality">Weight of the penalty mean ||B^T B - I||_F on the task's heads; finite, at least 0.</param>
public sealed record RankBudgetSpec(
    int TargetRank,
    long TotalSteps,
    long InitialSteps = 0,
    long FinalSteps = 0,
    long Every = 1,
    double Beta1 = 0.85,
    double Beta2 = 0.85,
    double Orthogonality = 0.5)
{
    /// <summary>How many of <paramref name="all"/> components (<paramref name="targets"/> x r) are kept after step 1, 2, ...</summary>
    public int Kept(long step, int all, int targets)
    {
        var last = Math.Min(all, TargetRank * targets);
        if (step <= InitialSteps)
        {
            return all;
        }

        var rest = Math.Max(0, 1 - (step - InitialSteps) / (double)(TotalSteps - FinalSteps - InitialSteps));
        return (int)((all - last) * rest * rest * rest + last);
    }

    /// <summary>Adds what is out of range to <paramref name="violations"/>.</summary>
    public void Validate(string field, ICollection<FieldViolation> violations)
    {
        void Check(bool holds, string name, string description)
        {
            if (!holds)
            {
                violations.Add(new FieldViolation($"{field}.{name}", description));
            }
        }

        Check(TargetRank is >= 1 and <= PoolSpec.MaximumRank, "target_rank", $"{TargetRank} is not in 1..{PoolSpec.MaximumRank}");
        Check(TotalSteps >= 1, "total_steps", $"{TotalSteps} is below 1");
        Check(InitialSteps >= 0, "initial_steps", $"{InitialSteps} is below 0");
        Check(FinalSteps >= 0, "final_steps", $"{FinalSteps} is below 0");
        Check(
            InitialSteps < TotalSteps && FinalSteps < TotalSteps - InitialSteps,
            "total_steps",
            $"{TotalSteps} is not above initial_steps + final_steps, {InitialSteps} + {FinalSteps}");
        Check(Every >= 1, "every", $"{Every} is below 1");
        Check(Beta1 is >= 0 and < 1, "beta1", $"{Beta1} is not in [0, 1)");
        Check(Beta2 is >= 0 and < 1, "beta2", $"{Beta2} is not in [0, 1)");
        Check(double.IsFinite(Orthogonality) && Orthogonality >= 0, "orthogonality", $"{Orthogonality} is not a finite number of at least 0");
    }
}
