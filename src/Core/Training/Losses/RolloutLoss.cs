using CoLA.Core.Training.Examples;

namespace CoLA.Core.Training.Losses;

/// <summary>
/// A loss of tokens that a policy drew, with the log-probability lp_old that it drew them with and an advantage A; ratio =
/// exp(lp - lp_old). Its weight is the number of tokens that count.
/// </summary>
public abstract record RolloutLoss : TokenLoss
{
    internal override double WeightOf(EncodedExample row) => row.Labels;

    internal override string? ProblemOf(EncodedExample row) =>
        row.OldLogProbabilities is null || row.Advantages is null ? "needs tokens with old_logprobs and advantages"
        : row.Weights.Any(weight => weight is not (0 or 1)) ? "has weights other than 0 and 1; here they say which tokens count"
        : null;

    internal sealed override (double Value, double Slope) Of(EncodedExample row, int token, double logProbability) =>
        Of(logProbability, row.OldLogProbabilities![token], row.Advantages![token]);

    /// <inheritdoc cref="TokenLoss.Of"/>
    private protected abstract (double Value, double Slope) Of(double logProbability, double old, double advantage);
}
