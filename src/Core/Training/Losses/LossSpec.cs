using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;

namespace CoLA.Core.Training.Losses;

/// <summary>
/// The loss that a call minimises. Its value, and its slope (the derivative by a token's log-probability), follow from the
/// log-probabilities of the labelled tokens alone.
/// </summary>
public abstract record LossSpec
{
    /// <summary>What a row adds to its task's weight.</summary>
    internal abstract double WeightOf(EncodedExample row);

    /// <summary>What is wrong with a row for this loss; null if nothing is.</summary>
    internal abstract string? ProblemOf(EncodedExample row);

    /// <summary>Adds what is out of range to <paramref name="violations"/>.</summary>
    internal virtual void Validate(string field, ICollection<FieldViolation> violations)
    {
    }
}

/// <summary>A loss that is a sum over tokens.</summary>
public abstract record TokenLoss : LossSpec
{
    /// <summary>A token's loss and its slope.</summary>
    /// <param name="row">The token's row.</param>
    /// <param name="token">The token's place in the row; its weight is above 0.</param>
    /// <param name="logProbability">The token's log-probability under the working copy.</param>
    internal abstract (double Value, double Slope) Of(EncodedExample row, int token, double logProbability);
}
