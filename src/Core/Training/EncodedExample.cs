using CoLA.Core.Tenancy;

namespace CoLA.Core.Training;

/// <summary>A training example as token ids.</summary>
/// <param name="Task">Whose heads it moves; null for a row of the bare base, which only shares the forward pass.</param>
/// <param name="Ids">At least two tokens.</param>
/// <param name="Weights">Weights[t] is the weight of predicting token t from those before it; Weights[0] counts for nothing. Finite, >= 0.</param>
public sealed record EncodedExample(TaskName? Task, IReadOnlyList<int> Ids, IReadOnlyList<float> Weights)
{
    /// <summary>Sum of the weights that count.</summary>
    public double Weight => Weights.Skip(1).Sum(weight => (double)weight);
}
