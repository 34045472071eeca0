using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;

namespace CoLA.Core.Training.Losses;

/// <summary>
/// -log sigmoid(beta ((lp_c - ref_c) - (lp_r - ref_r))) (arXiv 2305.18290, equation 7) of a pair: an answer that was chosen
/// and one that was rejected. A task's weight is its number of pairs.
/// </summary>
/// <param name="Beta">Finite, above 0.</param>
public sealed record DpoLoss(double Beta = DpoLoss.DefaultBeta) : LossSpec
{
    public const double DefaultBeta = 0.1;

    internal override double WeightOf(EncodedExample row) => row.IsChosen ? 1 : 0;

    internal override string? ProblemOf(EncodedExample row) =>
        !row.IsOfPair ? "is no pair of answers; send preference or token_preference"
        : row.Labels == 0 ? "has an answer without a token that counts"
        : row.Weights.Any(weight => weight is not (0 or 1)) ? "has weights other than 0 and 1; here they say which tokens count"
        : null;

    internal override void Validate(string field, ICollection<FieldViolation> violations)
    {
        if (!double.IsFinite(Beta) || Beta <= 0)
        {
            violations.Add(new FieldViolation($"{field}.beta", $"{Beta} is not a finite number above 0"));
        }
    }

    /// <summary>A pair's loss, and the slope for each token of the chosen answer; for the rejected answer it is the negative.</summary>
    /// <param name="chosen">The chosen answer's log-probability under the working copy: the sum over its labelled tokens.</param>
    /// <param name="rejected">The rejected answer's.</param>
    /// <param name="chosenReference">The chosen answer's log-probability under the reference.</param>
    /// <param name="rejectedReference">The rejected answer's.</param>
    internal (double Value, double Slope) Of(double chosen, double rejected, double chosenReference, double rejectedReference)
    {
        var margin = Beta * (chosen - chosenReference - (rejected - rejectedReference));
        // log(1 + exp(-margin)) without overflow
        var value = Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin)));
        return (value, -Beta / (1 + Math.Exp(margin)));
    }
}
