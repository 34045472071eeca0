using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Model;
using CoLA.Core.Naming;

namespace CoLA.Core.Residency;

/// <summary>Computes version 1 of a pool as long work on the engine, and writes it to the artifact store.</summary>
internal sealed class PoolMaker(CausalLanguageModel model, Engine.Engine engine, ArtifactStore artifacts)
{
    /// <summary>Initialises the pool's matrices as <paramref name="spec"/> says and returns the written file.</summary>
    /// <param name="tenant">The tenant that is charged for the work.</param>
    /// <param name="spec">Shape and initialisation of the pool.</param>
    /// <param name="cancellation">Checked before every unit of work.</param>
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
