using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// Brings matrices from the disk, on threads of the pool, a few at a time: a file is read once, its SHA-256 compared and
/// its matrices taken from the same memory, and heads are folded without libtorch's threads. What it makes belongs to
/// whoever waits for it.
/// </summary>
internal sealed class AdapterLoader(CausalLanguageModel model) : IDisposable
{
    /// <summary>Files that are read at one time: the cores belong to the rows that run.</summary>
    private const int Together = 2;

    private readonly SemaphoreSlim _turns = new(Together);

    /// <summary>The folded heads of a task version.</summary>
    /// <param name="source">Where they are.</param>
    /// <param name="pool">The pool version under it, whose head some couplings fold; it takes a turn of its own.</param>
    /// <exception cref="DamagedFileRejection">A file does not hold what its name says.</exception>
    /// <exception cref="NotFoundRejection">The version was let go of since it was named.</exception>
    public async Task<FoldedHeads> HeadsAsync(AdapterSource source, Task<PoolOnDevice> pool)
    {
        var (spec, task) = (source.Version.PoolSpec, source.Version.Spec);
        using var shared = Coupling.Of(task.Strategy, spec.M, task.N).Shares ? (await pool.ConfigureAwait(false)).OnHost() : null;
        return await InTurnAsync(source, () => FoldAsync(source, shared)).ConfigureAwait(false);
    }

    /// <summary>The pool version under a task version.</summary>
    /// <exception cref="DamagedFileRejection">A file does not hold what its name says.</exception>
    /// <exception cref="NotFoundRejection">The version was let go of since it was named.</exception>
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
            // Not on the caller's thread, even where it is the caller's turn at once.
            return await Task.Run(load).ConfigureAwait(false);
        }
        catch (Rejection) when (source.IsGone)
        {
            throw new NotFoundRejection("the task version was deleted before its turn came");
        }
        finally
        {
            _turns.Release();
        }
    }
}
