namespace CoLA.Cli.Tests.Fixtures;

/// <summary>The system's clock, which tells when somebody first measures with it.</summary>
internal sealed class StopwatchSignal : TimeProvider
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Started => _started.Task;

    public override long GetTimestamp()
    {
        _started.TrySetResult();
        return base.GetTimestamp();
    }
}
