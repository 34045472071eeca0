using CoLA.Core.Artifacts;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sessions;

/// <summary>What a session trained, while its tensors are not on the device: in host memory, in a file, or both.</summary>
internal sealed class EvictedSession(SessionName session, SessionState state, ArtifactStore files) : IAsyncDisposable
{
    private SessionState? _state = state;
    private Artifact? _file;

    /// <summary>Optimizer steps taken, by the name of the task or of the pool.</summary>
    public IReadOnlyDictionary<string, long> Steps { get; } = state.Steps;

    /// <summary>Bytes in host memory; 0 if only the file is left.</summary>
    public long HostBytes => Volatile.Read(ref _state)?.Bytes ?? 0;

    public long DiskBytes => _file?.Bytes ?? 0;

    /// <summary>Moves it to a file; what is thrown leaves it in memory.</summary>
    public async Task SpillAsync()
    {
        _file ??= await files.WriteAsync(_state!.Write).ConfigureAwait(false);
        _state!.Dispose();
        _state = null;
    }

    /// <summary>The state, read from the file if it is not in memory; this object still owns it.</summary>
    /// <exception cref="DamagedFileRejection">The file is missing or damaged: what was trained since the last SaveState is lost.</exception>
    public async ValueTask<SessionState> RecallAsync()
    {
        try
        {
            return _state ??= SessionState.Read(await files.MapAsync(_file!).ConfigureAwait(false));
        }
        catch (DamagedFileRejection damaged)
        {
            throw new DamagedFileRejection(
                damaged.File,
                $"{damaged.Problem}; {session} had been moved from memory to that file, and what it trained since its last SaveState is lost. "
                + "LoadState returns to a saved state; CloseSession releases the tasks");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _state?.Dispose();
        if (_file is not null)
        {
            await files.RemoveAsync(_file).ConfigureAwait(false);
        }
    }
}
