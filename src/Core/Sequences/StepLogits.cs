using static TorchSharp.torch;

namespace CoLA.Core.Sequences;

/// <summary>Raw logits of a step's rows, with each row's maximum, which is all that greedy rows need.</summary>
/// <param name="Values">Logits (rows, vocabulary), float32. This record owns the tensor.</param>
/// <param name="Best">Token id of each row's largest logit (rows); the smallest id of equal ones.</param>
/// <param name="Largest">Each row's largest logit (rows); not finite if any of the row's logits is NaN.</param>
internal sealed record StepLogits(Tensor Values, int[] Best, float[] Largest) : IDisposable
{
    public void Dispose() => Values.Dispose();
}
