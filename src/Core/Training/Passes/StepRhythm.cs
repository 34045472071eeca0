namespace CoLA.Core.Training.Passes;

/// <summary>Whether a session's caller sends the next step as soon as the last one is answered; used on the engine's thread.</summary>
internal sealed class StepRhythm
{
    private long? _answered;
    private TimeSpan _patience;

    /// <summary>Whether the last step came promptly; true before there is anything to judge by.</summary>
    public bool IsPrompt { get; private set; } = true;

    /// <summary>Notes that a step was answered.</summary>
    /// <param name="now">When.</param>
    /// <param name="patience">The longest time until the next step that still counts as prompt.</param>
    public void Answer(long now, TimeSpan patience) => (_answered, _patience) = (now, patience);

    /// <summary>Notes that the next step has come at <paramref name="now"/>, or that the wait for it ended then.</summary>
    public void Note(long now, TimeProvider time) => IsPrompt = _answered is not { } answered || time.GetElapsedTime(answered, now) <= _patience;
}
