using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;

namespace CoLA.Core.Training.Losses;

/// <summary>What a call minimises. Its value and its slope follow from the log-probabilities of the tokens that count.</summary>
public abstract record LossSpec
{
    /// <summary>What a row adds to its task's weight.</summary>
    internal abstract double WeightOf(EncodedExample row);

    /// <summary>What is wrong with a row for this loss; null where nothing is.</summary>
    internal abstract string? ProblemOf(EncodedExample row);

    /// <summary>Adds what is out of range to <paramref name="violations"/>.</summary>
    internal virtual void Validate(string field, ICollection<FieldViolation> violations)
    {
    }
}
