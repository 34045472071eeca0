using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Resident;

/// <summary>Adds the columns of routed adapters to the projected input of a site, with libtorch, in the order of <see cref="ProjectedColumns"/>.</summary>
internal static class RoutedColumns
{
    /// <summary>Returns (tokens, columns + the columns of routed adapters).</summary>
    /// <param name="projected">The pool's projection, (tokens, columns).</param>
    /// <param name="targets">The adapted targets of the site.</param>
    /// <param name="routed">N, the adapter heads per target.</param>
    /// <param name="rank">The pool's rank r.</param>
    /// <param name="logitsOf">The router's logits of a target, (tokens, at least N).</param>
    public static Tensor Widen(Tensor projected, IReadOnlyList<Target> targets, int routed, int rank, Func<Target, Tensor> logitsOf)
    {
        var logits = targets.Select(logitsOf).ToArray();
        var weighed = logits.Select((own, at) => HydraLoraCoupling.Route(projected.narrow(1, at * rank, rank), own.narrow(1, 0, routed)));
        return cat([projected, .. logits, .. weighed], 1);
    }
}
