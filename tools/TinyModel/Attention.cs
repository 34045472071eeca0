using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>Causal self-attention with as many key-value heads as query heads.</summary>
internal sealed class Attention : nn.Module<Tensor, Rotary, Tensor>
{
    [ComponentName(Name = "q_proj")]
    private readonly Projection _query = new(Shape.Hidden, Shape.Hidden);

    [ComponentName(Name = "k_proj")]
    private readonly Projection _key = new(Shape.Hidden, Shape.Hidden);

    [ComponentName(Name = "v_proj")]
    private readonly Projection _value = new(Shape.Hidden, Shape.Hidden);

    [ComponentName(Name = "o_proj")]
    private readonly Projection _output = new(Shape.Hidden, Shape.Hidden);

    public Attention()
        : base(nameof(Attention)) => RegisterComponents();

    public override Tensor forward(Tensor hidden, Rotary rotary)
    {
        var mixed = nn.functional.scaled_dot_product_attention(
            rotary.Turn(ByHead(_query.call(hidden))), rotary.Turn(ByHead(_key.call(hidden))), ByHead(_value.call(hidden)), is_casual: true);
        return _output.call(mixed.transpose(1, 2).reshape(hidden.shape));
    }

    // (batch, tokens, hidden) -> (batch, heads, tokens, headDim)
    private static Tensor ByHead(Tensor projected) =>
        projected.view(projected.shape[0], projected.shape[1], Shape.Heads, Shape.HeadDim).transpose(1, 2);
}
