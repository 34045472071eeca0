using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>Embedding, decoder layers and the last norm: ids (batch, tokens) to hidden states (batch, tokens, hidden).</summary>
internal sealed class Trunk : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "embed_tokens")]
    private readonly Embedding _embedding = nn.Embedding(Shape.Vocabulary, Shape.Hidden);

    [ComponentName(Name = "layers")]
    private readonly ModuleList<DecoderLayer> _layers = nn.ModuleList([.. Enumerable.Range(0, Shape.Layers).Select(_ => new DecoderLayer())]);

    [ComponentName(Name = "norm")]
    private readonly RmsNorm _norm = new();

    private readonly Rotary _rotary = new();

    public Trunk()
        : base(nameof(Trunk)) => RegisterComponents();

    public Tensor Embedding => _embedding.weight!;

    public override Tensor forward(Tensor ids)
    {
        var hidden = _embedding.call(ids);
        foreach (var layer in _layers)
        {
            hidden = layer.call(hidden, _rotary);
        }

        return _norm.call(hidden);
    }
}
