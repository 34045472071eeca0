using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Training.State;

/// <summary>
/// Dropout on the input of adapters, for a task's rows in one micro-batch. A row's mask depends only on the task's seed, its
/// optimizer step, the layer, the site, and the row's place among the task's rows of that step. So it is the same after a
/// recomputation, a resumption, or another cut into calls or micro-batches.
/// </summary>
/// <param name="rate">Share of the features that are left out, below 1; the others are scaled by 1 / (1 - rate).</param>
/// <param name="seed">The task's.</param>
/// <param name="step">Its optimizer step.</param>
/// <param name="first">Place of the first row.</param>
/// <param name="lengths">Tokens of the rows.</param>
internal sealed class DropoutMasks(double rate, long seed, long step, int first, IReadOnlyList<int> lengths)
{
    /// <summary>Applies dropout to <paramref name="input"/> (tokens, in).</summary>
    public Tensor Drop(int layer, Site site, Tensor input)
    {
        var rows = lengths.Select((length, at) =>
        {
            using var generator = SeededGenerator.Of(seed, step, layer, site, first + at);
            return rand([length, input.shape[1]], float32, CPU, generator: generator);
        });
        return input * cat([.. rows]).ge(rate).to(input.dtype, input.device) / (1 - rate);
    }
}
