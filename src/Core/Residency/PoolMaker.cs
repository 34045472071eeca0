using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Model;
using CoLA.Core.Naming;

namespace CoLA.Core.Residency;

/// <summary>Makes version 1 of a pool on the engine, and writes it.</summary>
internal sealed class PoolMaker(CausalLanguageModel model, Engine.Engine engine, ArtifactStore artifacts)
{
    /// <exception cref="Rejections.InvalidArgumentRejection">The spec does not fit the model.</exception>
    public async Task<Artifact> MakeAsync(TenantId tenant, PoolSpec spec, CancellationToken cancellation)
    {
        PoolInitialiser.Validate(model.Config, spec);
        var initialiser = new PoolInitialiser(model, spec);
        var pool = await engine.CallAsync(initialiser.Empty).ConfigureAwait(false);
        try
        {
            await engine.RunAsync(tenant, initialiser.Fill(pool), cancellation).ConfigureAwait(false);
            return await artifacts.WriteAsync(stream => AdapterFiles.WritePool(stream, pool)).ConfigureAwait(false);
        }
        finally
        {
            await engine.CallAsync(() =>
            {
                pool.Initial?.Dispose();
                pool.Dispose();
                return true;
            }).ConfigureAwait(false);
        }
    }
}
