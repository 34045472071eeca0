using static TorchSharp.torch;

namespace CoLA.Core.Adapters;

/// <summary>What a coupling folds at one target, as tensors: gradients flow to them.</summary>
/// <param name="Heads">The task's heads, (N, r, out).</param>
/// <param name="Trained">What the task trains of L, in float32; null where L is fixed.</param>
internal readonly record struct TargetTensors(Tensor Heads, Tensor? Trained = null);
