using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Training.Optimizers;
using static TorchSharp.torch;

namespace CoLA.Core.Training.State;

/// <summary>The pool's A, or the heads of one task, with its optimizer: what is saved and restored together.</summary>
/// <param name="Name">"pool", or the name of the task.</param>
/// <param name="Matrices">The matrices that are trained.</param>
/// <param name="Optimizer">Null where the matrices are frozen.</param>
/// <param name="Budget">Null unless the task has one.</param>
internal sealed record SessionPart(string Name, TrainableMatrices Matrices, AdamW? Optimizer, RankBudget? Budget)
{
    public string GradientName => $"{Name}.gradient";

    /// <summary>The tensors that are always there, by their names in files; an accumulated gradient is not always there.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors
    {
        get
        {
            yield return ($"{Name}.weights", Matrices.Weights.Flat);
            if (Optimizer is not null)
            {
                yield return ($"{Name}.first_moment", Optimizer.FirstMoment);
                yield return ($"{Name}.second_moment", Optimizer.SecondMoment);
            }

            if (Budget is not null)
            {
                yield return ($"{Name}.sensitivity", Budget.Sensitivity);
                yield return ($"{Name}.uncertainty", Budget.Uncertainty);
                yield return ($"{Name}.kept", Budget.Kept);
            }
        }
    }

    public static IEnumerable<SessionPart> Of(SessionTensors session)
    {
        yield return new SessionPart("pool", session.Pool.A, session.Pool.Optimizer, null);
        foreach (var (task, state) in session.Tasks.OrderBy(task => task.Key.ToString(), StringComparer.Ordinal))
        {
            yield return new SessionPart(task.ToString(), state.Heads, state.Optimizer, state.Budget);
        }
    }
}
