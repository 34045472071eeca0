using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>By how much each token's queries and keys are turned: made once for a batch, read by every layer.</summary>
/// <param name="Cos">(tokens, 1, headDim / 2), float32.</param>
/// <param name="Sin">(tokens, 1, headDim / 2), float32.</param>
internal sealed record RotaryAngles(Tensor Cos, Tensor Sin) : IDisposable
{
    public void Dispose()
    {
        Cos.Dispose();
        Sin.Dispose();
    }
}
