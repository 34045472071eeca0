namespace CoLA.Core.Training.Passes;

/// <summary>Whether a session's caller sends the next step as soon as the last one is answered; used on the engine's thread.</summary>
internal sealed class StepRhythm
{
    private long? _answered;
    private TimeSpan _patience;

    /// <summary>It did, or nobody knows yet.</summary>
    public bool IsPrompt { get; private set; } = true;

    /// <param name="now">When the step was answered.</param>
    /// <param name="patience">How soon the next one counts as prompt.</param>
    public void Answer(long now, TimeSpan patience) => (_answered, _patience) = (now, patience);

    /// <summary>The next step came, or was waited for in vain until <paramref name="now"/>.</summary>
    public void Note(long now, TimeProvider time) => IsPrompt = _answered is not { } answered || time.GetElapsedTime(answered, now) <= _patience;
}
