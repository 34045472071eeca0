using CoLA.Core.Naming;

namespace CoLA.Core.Training.Examples;

/// <summary>A training example as token ids.</summary>
/// <param name="Task">The task whose heads it trains; null for a row of the bare base, which only shares the forward pass.</param>
/// <param name="Ids">At least two tokens.</param>
/// <param name="Weights">Weights[t] is the weight of predicting token t from those before it; Weights[0] is not used. Finite, >= 0.</param>
public sealed record EncodedExample(TaskName? Task, IReadOnlyList<int> Ids, IReadOnlyList<float> Weights)
{
    /// <summary>Sum of the weights, without the first.</summary>
    public double Weight => Weights.Skip(1).Sum(weight => (double)weight);

    /// <summary>Number of labelled tokens: those of weight above zero.</summary>
    public int Labels => Weights.Skip(1).Count(weight => weight > 0);

    /// <summary>Place of its example in the call; the two rows of a pair have the same.</summary>
    public int Place { get; init; }

    /// <summary>Whether it is one of two answers that are compared; the chosen one comes first.</summary>
    public bool IsOfPair { get; init; }

    /// <summary>Whether it is the chosen answer of a pair.</summary>
    public bool IsChosen { get; init; }

    /// <summary>Log-probability of the answer under the reference; null to use the bare base as the reference.</summary>
    public double? Reference { get; init; }

    /// <summary>The log-probability with which each token was drawn, one for each id; null if no policy drew them.</summary>
    public IReadOnlyList<float>? OldLogProbabilities { get; init; }

    /// <summary>The advantage of each token, one for each id; null if no policy drew them.</summary>
    public IReadOnlyList<float>? Advantages { get; init; }
}
