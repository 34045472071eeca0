using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>x / sqrt(mean(x^2) + eps) * weight (arXiv 1910.07467).</summary>
internal sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight = new(ones(Shape.Hidden));

    public RmsNorm()
        : base(nameof(RmsNorm)) => RegisterComponents();

    public override Tensor forward(Tensor input) =>
        input * (input.square().mean([-1], keepdim: true) + Shape.RmsNormEpsilon).rsqrt() * _weight;
}
