namespace CoLA.Core.Adapters.Couplings;

/// <summary>The matrices that a coupling folds at one target, as plain memory. <see cref="TargetTensors"/> is the same for autograd.</summary>
internal readonly ref struct TargetFloats
{
    /// <summary>The task's own heads, (heads, r, out); empty where it has none.</summary>
    public ReadOnlySpan<float> Heads { get; init; }

    /// <summary>The part of L that the task trains; empty where L is fixed.</summary>
    public ReadOnlySpan<float> Trained { get; init; }

    /// <summary>The pool's shared head, (r, out); empty where it has none.</summary>
    public ReadOnlySpan<float> Shared { get; init; }
}
