using System.Runtime.InteropServices;
using CoLA.Core.Kernels;
using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Resident;

/// <summary>The projections of a pool version as the CPU kernels read them: a native table (layers, sites) of <see cref="PoolProjection"/>.</summary>
internal sealed unsafe class PoolProjectionTable : IDisposable
{
    public PoolProjectionTable(PoolOnDevice pool, int layers, bool summed, bool subtracts, int routed)
    {
        Pointers = (PoolProjection*)NativeMemory.AllocZeroed((nuint)(layers * SiteMap.All.Count), (nuint)sizeof(PoolProjection));
        for (var layer = 0; layer < layers; layer++)
        {
            foreach (var site in SiteMap.All)
            {
                if (pool.ProjectionOf(layer, site, summed, subtracts) is { } projection)
                {
                    var columns = (int)projection.shape[1];
                    Pointers[layer * SiteMap.All.Count + (int)site] = new PoolProjection
                    {
                        Projection = projection.Floats(),
                        Columns = columns,
                        Width = columns + (routed == 0 ? 0 : pool.TargetsAt(layer, site).Count * (Panels.Padded(routed) + routed * pool.Spec.Rank)),
                    };
                }
            }
        }
    }

    /// <summary>The table; valid until this object is disposed.</summary>
    public PoolProjection* Pointers { get; private set; }

    public void Dispose()
    {
        NativeMemory.Free(Pointers);
        Pointers = null;
    }
}
