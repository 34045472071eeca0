using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Resident;

/// <summary>Widens the projected input of a site for routed adapters, by libtorch; places as in <see cref="ProjectedColumns"/>.</summary>
internal static class RoutedColumns
{
    /// <param name="projected">(tokens, columns of the pool's projection)</param>
    /// <param name="targets">Targets of the site.</param>
    /// <param name="routed">N, heads of each target.</param>
    /// <param name="rank">The pool's r.</param>
    /// <param name="logitsOf">Of one target, (tokens, at least N).</param>
    public static Tensor Widen(Tensor projected, IReadOnlyList<Target> targets, int routed, int rank, Func<Target, Tensor> logitsOf)
    {
        var logits = targets.Select(logitsOf).ToArray();
        var weighed = logits.Select((own, at) => HydraLoraCoupling.Route(projected.narrow(1, at * rank, rank), own.narrow(1, 0, routed)));
        return cat([projected, .. logits, .. weighed], 1);
    }
}
