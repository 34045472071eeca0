using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Engine.Runners;

/// <summary>The frozen weights of one layer as pointers for the CPU kernels. It shares the model's memory and owns none.</summary>
internal sealed unsafe class KernelLayer(LayerWeights weights)
{
    public float* AttentionNorm { get; } = weights.AttentionNorm.Floats();

    public float* FeedForwardNorm { get; } = weights.FeedForwardNorm.Floats();

    public float* QueryNorm { get; } = Optional(weights.QueryNorm);

    public float* KeyNorm { get; } = Optional(weights.KeyNorm);

    public PanelMatrix QueryKeyValue { get; } = (PanelMatrix)weights.QueryKeyValue;

    public float* QueryKeyValueBias { get; } = Optional(weights.QueryKeyValueBias);

    public PanelMatrix Output { get; } = (PanelMatrix)weights.Output;

    public float* OutputBias { get; } = Optional(weights.OutputBias);

    public PanelMatrix GateUp { get; } = (PanelMatrix)weights.GateUp;

    public float* GateUpBias { get; } = Optional(weights.GateUpBias);

    public PanelMatrix Down { get; } = (PanelMatrix)weights.Down;

    public float* DownBias { get; } = Optional(weights.DownBias);

    private static float* Optional(Tensor? vector) => vector is null ? null : vector.Floats();
}
