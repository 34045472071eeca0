namespace CoLA.Core.Adapters.Couplings;

/// <summary>What a coupling folds at one target, as plain memory.</summary>
internal readonly ref struct TargetFloats
{
    /// <summary>The task's own heads, (heads, r, out); empty where it has none.</summary>
    public ReadOnlySpan<float> Heads { get; init; }

    /// <summary>What the task trains of L; empty where L is fixed.</summary>
    public ReadOnlySpan<float> Trained { get; init; }

    /// <summary>The pool's head, (r, out); empty where it has none.</summary>
    public ReadOnlySpan<float> Shared { get; init; }
}
