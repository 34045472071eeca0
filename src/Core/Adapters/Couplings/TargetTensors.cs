using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>What a coupling folds at one target, as tensors: gradients flow to them.</summary>
/// <param name="Heads">The task's own heads, (heads, r, out); null where it has none.</param>
/// <param name="Trained">What the task trains of L, in float32; null where L is fixed.</param>
/// <param name="Shared">The pool's head, (r, out); null where it has none.</param>
internal readonly record struct TargetTensors(Tensor? Heads, Tensor? Trained = null, Tensor? Shared = null);
