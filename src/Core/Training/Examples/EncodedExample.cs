using CoLA.Core.Naming;

namespace CoLA.Core.Training.Examples;

/// <summary>A training example as token ids.</summary>
/// <param name="Task">Whose heads it moves; null for a row of the bare base, which only shares the forward pass.</param>
/// <param name="Ids">At least two tokens.</param>
/// <param name="Weights">Weights[t] is the weight of predicting token t from those before it; Weights[0] counts for nothing. Finite, >= 0.</param>
public sealed record EncodedExample(TaskName? Task, IReadOnlyList<int> Ids, IReadOnlyList<float> Weights)
{
    /// <summary>Sum of the weights that count.</summary>
    public double Weight => Weights.Skip(1).Sum(weight => (double)weight);

    /// <summary>Tokens that count: those of weight above zero.</summary>
    public int Labels => Weights.Skip(1).Count(weight => weight > 0);

    /// <summary>Place of its example in the call; the two rows of a pair have the same.</summary>
    public int Place { get; init; }

    /// <summary>One of two answers that are compared; the chosen one comes first.</summary>
    public bool IsOfPair { get; init; }

    /// <summary>The chosen one of a pair.</summary>
    public bool IsChosen { get; init; }

    /// <summary>Log-probability of its answer under the reference; null for the bare base's.</summary>
    public double? Reference { get; init; }

    /// <summary>As many as ids: what the tokens were drawn with; null where no policy drew them.</summary>
    public IReadOnlyList<float>? OldLogProbabilities { get; init; }

    /// <summary>As many as ids; null where no policy drew them.</summary>
    public IReadOnlyList<float>? Advantages { get; init; }
}
