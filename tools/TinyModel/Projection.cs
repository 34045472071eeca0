using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>A linear layer without bias, and the low-rank change that a trial of adapting puts on it.</summary>
internal sealed class Projection : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight; // (out, in)

    private LowRank? _change;

    public Projection(long inputs, long outputs)
        : base(nameof(Projection))
    {
        _weight = new Parameter(zeros(outputs, inputs));
        RegisterComponents();
    }

    public Tensor Weight => _weight;

    /// <summary>Puts a change on the layer; null takes it off.</summary>
    public void Adapt(LowRank? change) => _change = change;

    public override Tensor forward(Tensor input)
    {
        var output = input.matmul(_weight.t());
        return _change is null ? output : output + _change.Of(input);
    }
}
