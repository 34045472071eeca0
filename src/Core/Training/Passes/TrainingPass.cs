using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Training.Sites;
using CoLA.Core.Work;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Passes;

/// <summary>
/// The forward pass of the base, and if asked the backward pass, for micro-batches of one call or of several. The graph is
/// cut between layers and the backward pass goes layer by layer, so that a pass is an iterator of small units. Gradients are
/// added to the flat buffers of the tasks in the micro-batch and of their pools.
/// </summary>
/// <param name="model">The base.</param>
/// <param name="recomputes">
/// Gradient checkpointing: a layer keeps only its input instead of its graph, and is computed again in the backward pass. This
/// takes less memory for a third more work. Random couplings and dropout are drawn from seeds, so both times give the same.
/// </param>
internal sealed class TrainingPass(CausalLanguageModel model, bool recomputes = false)
{
    public const int DefaultTokenBudget = 2048;

    /// <summary>The most labelled positions whose logits are in memory at one time.</summary>
    private const int LongestLossChunk = 256;

    /// <summary>The fewest: a smaller chunk would only wait for the output matrix to be read from memory.</summary>
    private const int ShortestLossChunk = 32;

    /// <summary>One call alone, micro-batch after micro-batch; may be abandoned after any unit.</summary>
    /// <param name="call">A call of which no rows are taken yet.</param>
    /// <param name="tokenBudget">The most tokens of the next micro-batch; asked before each.</param>
    /// <param name="gradients">Whether to run the backward pass too.</param>
    public IEnumerable<Unit> Run(PassCall call, Func<int> tokenBudget, bool gradients)
    {
        while (!call.IsTaken)
        {
            call.Take(tokenBudget(), any: true);
            foreach (var unit in Run([call], gradients))
            {
                yield return unit;
            }
        }
    }

    /// <summary>One micro-batch, of calls of different sessions; may be abandoned after any unit.</summary>
    /// <param name="together">The calls; each has taken its rows of the micro-batch (<see cref="PassCall.Take"/>), at least one.</param>
    /// <param name="gradients">Whether to run the backward pass too.</param>
    public IEnumerable<Unit> Run(IReadOnlyList<PassCall> together, bool gradients)
    {
        if (together.Count == 0)
        {
            yield break;
        }

        var calls = together.SelectMany(call => call.Losses.Keys, (call, task) => (call, task))
            .ToDictionary(owner => owner.task, owner => owner.call); // a task is in one session at most
        using var batch = new MicroBatch(model, [.. together.SelectMany(call => call.Rows)]);
        using var angles = AnglesOf(batch);
        var adapters = AdaptersOf(model, [.. together.Select(call => call.RowsByTask())]);
        var layers = model.Config.Layers;
        var inputs = new Tensor?[layers + 1]; // the top's input is the last layer's output
        var outputs = new Tensor?[layers];
        Tensor? gradient = null;
        try
        {
            var losses = new LabelLosses(batch, task => calls[task].Loss);
            foreach (var unit in ReadReferences(batch, losses))
            {
                yield return unit;
            }

            foreach (var unit in ForwardAll(batch, angles, adapters, inputs, outputs, gradients))
            {
                yield return unit;
            }

            foreach (var (start, count) in Chunks(losses.LabelsOfPairs, batch))
            {
                losses.Take(start, Read(batch, start, count, inputs[layers]!));
                yield return Unit.LossChunk;
            }

            losses.ComparePairs();
            if (gradients)
            {
                gradient = zeros_like(inputs[layers]!, requires_grad: false).DetachFromDisposeScope();
            }

            foreach (var (start, count) in Chunks(gradients ? Enumerable.Range(0, batch.Weights.Count) : losses.LabelsOfTokens, batch))
            {
                Loss(batch, losses, calls, start, count, inputs[layers]!, gradient);
                yield return Unit.LossChunk;
            }

            losses.AddTo(task => calls[task]);
            for (var layer = layers - 1; gradients && layer >= 0; layer--)
            {
                if (recomputes)
                {
                    Recompute(layer, batch.Attention, angles, adapters, inputs, outputs);
                    yield return Unit.LayerForward;
                }

                gradient = Backward(layer, inputs, outputs, gradient!);
                yield return Unit.LayerBackward;
            }
        }
        finally
        {
            gradient?.Dispose();
            (adapters as IDisposable)?.Dispose();
            foreach (var tensor in inputs.Concat(outputs))
            {
                tensor?.Dispose();
            }
        }
    }

    /// <summary>The adapters of a batch in the form that <paramref name="model"/> computes them; some are <see cref="IDisposable"/>.</summary>
    internal static IAdapters AdaptersOf(CausalLanguageModel model, IReadOnlyList<PoolRows> pools) =>
        model.Team is not null && pools.All(pool => pool.FitsKernels) ? new KernelAdapters(model, pools)
        : pools is [var only] ? new TensorAdapters(only.Pool, only.Tasks)
        : new JoinedAdapters(pools);

    /// <summary>Cuts neighbouring labels into chunks that each take about as long as one layer of the batch.</summary>
    private static IEnumerable<(int Start, int Count)> Chunks(IEnumerable<int> labels, MicroBatch batch)
    {
        var longest = Math.Clamp(batch.Rows.Sum(row => row.Ids.Count) / 4, ShortestLossChunk, LongestLossChunk);
        var (start, count) = (0, 0);
        foreach (var label in labels)
        {
            if (count == longest || (count > 0 && label != start + count))
            {
                yield return (start, count);
                count = 0;
            }

            start = count == 0 ? label : start;
            count++;
        }

        if (count > 0)
        {
            yield return (start, count);
        }
    }

    /// <summary>The embedding and the layers; the last of <paramref name="inputs"/> becomes the last layer's output.</summary>
    private IEnumerable<Unit> ForwardAll(
        MicroBatch batch, RotaryAngles angles, IAdapters adapters, Tensor?[] inputs, Tensor?[] outputs, bool gradients)
    {
        using (no_grad())
        {
            inputs[0] = model.Embed(batch.Ids).DetachFromDisposeScope();
        }

        // Adapters of the lowest layer get gradients only if its input takes part in the graph.
        inputs[0]!.requires_grad_(gradients);
        for (var layer = 0; layer < model.Config.Layers; layer++)
        {
            Forward(layer, batch.Attention, angles, adapters, inputs, outputs, gradients);
            yield return Unit.LayerForward;
        }
    }

    /// <summary>Fills in the references that callers did not give: log-probabilities of the answers under the bare base.</summary>
    private IEnumerable<Unit> ReadReferences(MicroBatch batch, LabelLosses losses)
    {
        int[] rows = [.. losses.RowsWithoutReference];
        if (rows.Length == 0)
        {
            yield break;
        }

        using var bare = new MicroBatch(model, [.. rows.Select(row => batch.Rows[row])]);
        using var angles = AnglesOf(bare);
        var inputs = new Tensor?[model.Config.Layers + 1];
        try
        {
            foreach (var unit in ForwardAll(bare, angles, NoAdapters.Instance, inputs, [], gradients: false))
            {
                yield return unit;
            }

            foreach (var (start, count) in Chunks(Enumerable.Range(0, bare.Weights.Count), bare))
            {
                foreach (var (at, value) in Read(bare, start, count, inputs[^1]!).Index())
                {
                    losses.References[rows[bare.Places[start + at].Row]] += value;
                }

                yield return Unit.LossChunk;
            }
        }
        finally
        {
            foreach (var tensor in inputs)
            {
                tensor?.Dispose();
            }
        }
    }

    /// <summary>The log-probabilities of <paramref name="count"/> labels, without a graph.</summary>
    private float[] Read(MicroBatch batch, int start, int count, Tensor hidden)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var chunk = hidden.index_select(0, batch.Positions.narrow(0, start, count));
        return model.LogProbabilities(chunk, batch.Labels.narrow(0, start, count)).cpu().data<float>().ToArray();
    }

    private RotaryAngles AnglesOf(MicroBatch batch)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var angles = model.Angles(batch.Attention);
        return new RotaryAngles(angles.Cos.DetachFromDisposeScope(), angles.Sin.DetachFromDisposeScope());
    }

    private void Forward(int layer, IAttention attention, RotaryAngles angles, IAdapters adapters, Tensor?[] inputs, Tensor?[] outputs, bool gradients)
    {
        var keepsGraph = gradients && !recomputes;
        using var mode = set_grad_enabled(keepsGraph);
        using var scope = NewDisposeScope();
        var output = model.Layer(layer, inputs[layer]!, attention, angles, adapters);
        inputs[layer + 1] = output.detach().DetachFromDisposeScope();
        if (keepsGraph)
        {
            outputs[layer] = output.DetachFromDisposeScope();
        }

        if (gradients)
        {
            inputs[layer + 1]!.requires_grad_(true);
        }
        else
        {
            inputs[layer]!.Dispose();
            inputs[layer] = null;
        }
    }

    /// <summary>Computes a layer's output and graph again from its input.</summary>
    private void Recompute(int layer, IAttention attention, RotaryAngles angles, IAdapters adapters, Tensor?[] inputs, Tensor?[] outputs)
    {
        using var mode = enable_grad();
        using var scope = NewDisposeScope();
        outputs[layer] = model.Layer(layer, inputs[layer]!, attention, angles, adapters).DetachFromDisposeScope();
    }

    private void Loss(
        MicroBatch batch, LabelLosses losses, Dictionary<TaskName, PassCall> calls, int start, int count, Tensor hidden, Tensor? gradient)
    {
        using var mode = set_grad_enabled(gradient is not null);
        using var scope = NewDisposeScope();
        var positions = batch.Positions.narrow(0, start, count);
        var chunk = hidden.detach().index_select(0, positions);
        if (gradient is not null)
        {
            chunk.requires_grad_(true);
        }

        var logProbabilities = model.LogProbabilities(chunk, batch.Labels.narrow(0, start, count)); // (count)
        losses.Take(start, logProbabilities.detach().cpu().data<float>().ToArray());
        if (gradient is null)
        {
            return;
        }

        var factors = new float[count];
        for (var at = 0; at < count; at++)
        {
            var task = batch.Owners[start + at]!.Value;
            factors[at] = (float)(losses.SlopeOf(start + at) / calls[task].DivisorOf(task));
        }

        autograd.backward([logProbabilities], [tensor(factors, float32, model.Device)]);
        using var noGrad = no_grad();
        gradient.index_add_(0, positions, chunk.grad!, 1);
    }

    /// <summary>Takes the gradient of a layer's output, frees the layer's graph, and returns the gradient of its input.</summary>
    private static Tensor Backward(int layer, Tensor?[] inputs, Tensor?[] outputs, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        autograd.backward([outputs[layer]!], [gradient]);
        var below = inputs[layer]!.grad!.DetachFromDisposeScope();
        gradient.Dispose();
        outputs[layer]!.Dispose();
        outputs[layer] = null;
        inputs[layer + 1]!.Dispose();
        inputs[layer + 1] = null;
        return below;
    }
}
