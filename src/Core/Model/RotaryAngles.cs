using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>The rotation angles of the queries and keys of each token. Computed once per batch and read by every layer.</summary>
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
