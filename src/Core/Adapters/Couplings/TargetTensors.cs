using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>The matrices that a coupling folds at one target, as tensors, to which gradients flow.</summary>
/// <param name="Heads">The task's own heads, (heads, r, out); null where it has none.</param>
/// <param name="Trained">The part of L that the task trains, float32; null where L is fixed.</param>
/// <param name="Shared">The pool's shared head, (r, out); null where it has none.</param>
internal readonly record struct TargetTensors(Tensor? Heads, Tensor? Trained = null, Tensor? Shared = null);
