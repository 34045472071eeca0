using CoLA.Core.Work;

namespace CoLA.Core.Tests;

/// <summary>Long work that stands still until it is told to go on, and the engine with it.</summary>
internal sealed class EngineHold : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();

    public Task Reached => _reached.Task;

    public IEnumerable<Unit> Units()
    {
        _reached.SetResult();
        _released.Wait();
        yield break;
    }

    public void Dispose() => _released.Set();
}
