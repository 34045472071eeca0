using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>Rotary positions in HuggingFace's layout: dimension i turns with dimension i + headDim / 2 (arXiv 2104.09864).</summary>
internal sealed class Rotary
{
    // Both (context, headDim).
    private readonly Tensor _cosine;
    private readonly Tensor _sine;

    public Rotary()
    {
        using var scope = NewDisposeScope();
        var dimensions = arange(0, Shape.HeadDim, 2, ScalarType.Float64) / Shape.HeadDim;
        var angles = outer(arange(Shape.Context, ScalarType.Float64), pow(Shape.RopeTheta, -dimensions));
        var twice = cat([angles, angles], 1);
        _cosine = twice.cos().to(ScalarType.Float32).DetachFromDisposeScope();
        _sine = twice.sin().to(ScalarType.Float32).DetachFromDisposeScope();
    }

    // heads: (batch, heads, tokens, headDim)
    public Tensor Turn(Tensor heads)
    {
        var tokens = heads.shape[2];
        var halves = heads.chunk(2, -1);
        var turned = cat([-halves[1], halves[0]], -1);
        return heads * _cosine[..(int)tokens] + turned * _sine[..(int)tokens];
    }
}
