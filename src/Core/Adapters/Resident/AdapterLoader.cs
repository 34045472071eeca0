using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// Loads matrices from the disk on thread-pool threads, two files at a time. A file is read once: its SHA-256 is checked and
/// its matrices are taken from the same memory. Heads are folded without libtorch's threads. The caller owns the result.
/// </summary>
internal sealed class AdapterLoader(CausalLanguageModel model) : IDisposable
{
    /// <summary>Files that are read at a time; few, because the cores belong to the rows that run.</summary>
    private const int FilesAtOnce = 2;

    private readonly SemaphoreSlim _turns = new(FilesAtOnce);

    /// <summary>Loads and folds the heads of a task version.</summary>
    /// <param name="source">The source of the heads.</param>
    /// <param name="pool">The load of the pool version, whose shared head some couplings need; it waits for its own turn.</param>
    /// <exception cref="DamagedFileRejection">A file does not have the content that its name (SHA-256) states.</exception>
    /// <exception cref="NotFoundRejection">The version was deleted in the meantime.</exception>
    public async Task<FoldedHeads> HeadsAsync(AdapterSource source, Task<PoolOnDevice> pool)
    {
        var (spec, task) = (source.Version.PoolSpec, source.Version.Spec);
        using var shared = Coupling.Of(task.Strategy, spec.M, task.N).UsesSharedHead ? (await pool.ConfigureAwait(false)).OnHost() : null;
        return await InTurnAsync(source, () => FoldAsync(source, shared)).ConfigureAwait(false);
    }

    /// <summary>Loads the pool version of a task version.</summary>
    /// <exception cref="DamagedFileRejection">A file does not have the content that its name (SHA-256) states.</exception>
    /// <exception cref="NotFoundRejection">The version was deleted in the meantime.</exception>
    public Task<PoolOnDevice> PoolAsync(AdapterSource source) => InTurnAsync(source, async () =>
    {
        var version = source.Version;
        var a = await PoolOfAsync(source).ConfigureAwait(false);
        try
        {
            return new PoolOnDevice(model, version.PoolSpec, new PoolMatrices(a, await InitialOfAsync(source).ConfigureAwait(false)));
        }
        catch
        {
            a.Dispose();
            throw;
        }
    });

    public void Dispose() => _turns.Dispose();

    private async Task<FoldedHeads> FoldAsync(AdapterSource source, FlatMatrices? shared)
    {
        var version = source.Version;
        using var heads = await HeadsOfAsync(source).ConfigureAwait(false);
        return FoldedHeads.Fold(model.Config, version.PoolSpec, version.Spec, heads, shared);
    }

    private async ValueTask<FlatMatrices> HeadsOfAsync(AdapterSource source)
    {
        if (source.WorkingHeads is { } working)
        {
            return working.On(TorchSharp.torch.CPU);
        }

        using var file = SafetensorsFile.Of(await source.Artifacts.MapAsync(source.Version.Heads!).ConfigureAwait(false));
        return AdapterFiles.ReadHeads(file, model.Config, source.Version.PoolSpec, source.Version.Spec, TorchSharp.torch.CPU);
    }

    private async ValueTask<FlatMatrices> PoolOfAsync(AdapterSource source)
    {
        if (source.WorkingPool is { } working)
        {
            return working.On(model.Device);
        }

        using var file = SafetensorsFile.Of(await source.Artifacts.MapAsync(source.Version.PoolVersion.Artifact).ConfigureAwait(false));
        return AdapterFiles.ReadPool(file, MatrixLayout.OfPool(model.Config, source.Version.PoolSpec), model.Device);
    }

    private async ValueTask<InitialProduct?> InitialOfAsync(AdapterSource source)
    {
        if (source.Version.PoolVersion.Initial is not { } artifact)
        {
            return null;
        }

        using var file = SafetensorsFile.Of(await source.Artifacts.MapAsync(artifact).ConfigureAwait(false));
        return InitialProduct.Read(file, model.Config, source.Version.PoolSpec, model.Device);
    }

    private async Task<T> InTurnAsync<T>(AdapterSource source, Func<Task<T>> load)
    {
        await _turns.WaitAsync().ConfigureAwait(false);
        try
        {
            // Never on the caller's thread, not even if there is no wait for the turn.
            return await Task.Run(load).ConfigureAwait(false);
        }
        catch (Rejection) when (source.IsGone)
        {
            throw new NotFoundRejection("the task version was deleted before it was loaded");
        }
        finally
        {
            _turns.Release();
        }
    }
}
