using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>Attention and feed-forward, each on the normed stream and added to it.</summary>
internal sealed class DecoderLayer : nn.Module<Tensor, Rotary, Tensor>
{
    [ComponentName(Name = "input_layernorm")]
    private readonly RmsNorm _attentionNorm = new();

    [ComponentName(Name = "self_attn")]
    private readonly Attention _attention = new();

    [ComponentName(Name = "post_attention_layernorm")]
    private readonly RmsNorm _feedForwardNorm = new();

    [ComponentName(Name = "mlp")]
    private readonly FeedForward _feedForward = new();

    public DecoderLayer()
        : base(nameof(DecoderLayer)) => RegisterComponents();

    public override Tensor forward(Tensor hidden, Rotary rotary)
    {
        hidden = hidden + _attention.call(_attentionNorm.call(hidden), rotary);
        return hidden + _feedForward.call(_feedForwardNorm.call(hidden));
    }
}
