using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>SwiGLU: down(silu(gate(x)) * up(x)).</summary>
internal sealed class FeedForward : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "gate_proj")]
    private readonly Projection _gate = new(Shape.Hidden, Shape.Intermediate);

    [ComponentName(Name = "up_proj")]
    private readonly Projection _up = new(Shape.Hidden, Shape.Intermediate);

    [ComponentName(Name = "down_proj")]
    private readonly Projection _down = new(Shape.Intermediate, Shape.Hidden);

    public FeedForward()
        : base(nameof(FeedForward)) => RegisterComponents();

    public override Tensor forward(Tensor hidden) =>
        _down.call(nn.functional.silu(_gate.call(hidden)) * _up.call(hidden));
}
