using CoLA.Core.Rejections;

namespace CoLA.Core.Jobs;

/// <summary>
/// How a job evaluates examples that it does not train on. The held-out loss is the mean over the tasks of each task's mean loss.
/// </summary>
/// <param name="Every">Steps between two evaluations, besides those before the first step and after the last; 0 for a tenth of the steps.</param>
/// <param name="Examples">The most held-out examples of each task that an evaluation reads; at least 1.</param>
/// <param name="Patience">The job stops after so many evaluations in a row without improvement; 0 for never.</param>
/// <param name="MinimumImprovement">A loss is an improvement if it is lower by more than this; finite, at least 0.</param>
/// <param name="KeepBest">Whether to publish the weights of the lowest loss instead of the last ones.</param>
public sealed record EvaluationSpec(
    int Every = 0, int Examples = EvaluationSpec.DefaultExamples, int Patience = 0, double MinimumImprovement = 0, bool KeepBest = false)
{
    public const int DefaultExamples = 100;

    private const int DefaultEvaluations = 10;

    /// <summary>The spec with <see cref="Every"/> filled in, for a job of so many steps.</summary>
    internal EvaluationSpec For(int steps) => Every > 0 ? this : this with { Every = (steps + DefaultEvaluations - 1) / DefaultEvaluations };

    internal void Validate(string field, ICollection<FieldViolation> violations)
    {
        void Check(bool holds, string name, string description)
        {
            if (!holds)
            {
                violations.Add(new FieldViolation($"{field}.{name}", description));
            }
        }

        Check(Every >= 0, "every", $"{Every} is below 0; leave it out for a tenth of the steps");
        Check(Examples >= 1, "examples", $"{Examples} is below 1");
        Check(Patience >= 0, "patience", $"{Patience} is below 0; leave it out to never stop early");
        Check(
            double.IsFinite(MinimumImprovement) && MinimumImprovement >= 0,
            "minimum_improvement",
            $"{MinimumImprovement} is not a finite number of at least 0");
    }
}
