using static TorchSharp.torch;

namespace CoLA.Core.Sequences;

/// <summary>Raw logits of some rows, with what plain greedy rows ask for.</summary>
/// <param name="Values">(rows, vocabulary), float32; disposed with this.</param>
/// <param name="Best">The id of each row's largest logit, the first of equals.</param>
/// <param name="Largest">That logit; not finite where any of the row's logits is NaN.</param>
internal sealed record StepLogits(Tensor Values, int[] Best, float[] Largest) : IDisposable
{
    public void Dispose() => Values.Dispose();
}
