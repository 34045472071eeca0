using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>
/// A Llama that trains whole, in plain modules: ids (batch, tokens) to logits (batch, tokens, vocabulary). The names of its
/// parameters are HuggingFace's. Core's model is frozen and adapted instead, so the two have little in common.
/// </summary>
internal sealed class TinyLlama : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "model")]
    private readonly Trunk _trunk;

    /// <param name="seed">Of the initial weights.</param>
    public TinyLlama(ulong seed)
        : base(nameof(TinyLlama))
    {
        _trunk = new Trunk();
        RegisterComponents();
        Initialise(seed);
    }

    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return _trunk.call(ids).matmul(_trunk.Embedding.t()).MoveToOuterDisposeScope(); // tied
    }

    /// <summary>Every linear layer of the decoder, in one order.</summary>
    public IEnumerable<Projection> Projections() => modules().OfType<Projection>();

    /// <summary>Rounds the weights to what the model's file holds, so that figures are those of the file.</summary>
    public void RoundToHalf()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var parameter in parameters())
        {
            parameter.copy_(parameter.to(ScalarType.Float16));
        }
    }

    /// <summary>Normal, deviation 0.02; the projections that write to the residual stream smaller by the root of their number (GPT-2).</summary>
    private void Initialise(ulong seed)
    {
        using var generator = new Generator(seed);
        using var frozen = no_grad();
        foreach (var (name, parameter) in named_parameters())
        {
            if (parameter.dim() != 2)
            {
                continue;
            }

            var writesToStream = name.Contains("o_proj", StringComparison.Ordinal) || name.Contains("down_proj", StringComparison.Ordinal);
            var deviation = writesToStream ? 0.02 / Math.Sqrt(2 * Shape.Layers) : 0.02;
            using var values = randn(parameter.shape, generator: generator) * deviation;
            parameter.copy_(values);
        }
    }
}
