using CoLA.Core.Adapters;
using CoLA.Core.Engine;
using CoLA.Core.Model;
using CoLA.Core.Tenancy;
using CoLA.Core.Training.Losses;
using static TorchSharp.torch;

namespace CoLA.Core.Training;

/// <summary>
/// One forward, and if asked one backward, of the base for examples of many tasks. The graph is cut between layers: each
/// layer keeps its own, and the backward walks down layer by layer, so that the pass is an iterator of small units.
/// Gradients fall into the flat buffers of the tasks in the batch and of the pool.
/// </summary>
internal sealed class TrainingPass
{
    public const int DefaultTokenBudget = 2048;

    /// <summary>Labelled positions whose logits exist at one time.</summary>
    private const int LossChunk = 256;

    private readonly CausalLanguageModel _model;
    private readonly PoolState _pool;
    private readonly IReadOnlyDictionary<TaskName, TaskState> _tasks;
    private readonly IReadOnlyList<EncodedExample> _examples;
    private readonly LossSpec _loss;
    private readonly Dictionary<TaskName, double> _weights;
    private readonly Dictionary<TaskName, TaskLoss> _losses;

    public TrainingPass(
        CausalLanguageModel model,
        PoolState pool,
        IReadOnlyDictionary<TaskName, TaskState> tasks,
        IReadOnlyList<EncodedExample> examples,
        LossSpec? loss = null)
    {
        _loss = loss ?? CrossEntropyLoss.Instance;
        _model = model;
        _pool = pool;
        _tasks = tasks;
        _examples = [.. examples.Where(example => example.Task is not null)];

        // Known before the first micro-batch, so that a task's gradient does not depend on the cut.
        _weights = _examples.GroupBy(example => example.Task!.Value)
            .ToDictionary(rows => rows.Key, rows => rows.Sum(_loss.WeightOf));
        _losses = _weights.Keys.ToDictionary(task => task, _ => new TaskLoss(0, 0, 0));
    }

    /// <summary>Where random couplings draw from in this step; its absence means their mean, as they are served.</summary>
    public Func<TaskName, Draws?> DrawsOf { get; set; } = _ => null;

    /// <summary>Whether tasks drop out of what their adapters read, as in a training step.</summary>
    public bool DropsOut { get; init; }

    /// <summary>What a task's gradient is divided by, from its weight in all examples; by default that weight.</summary>
    public Func<TaskName, double, double> NormaliserOf { get; set; } = (_, weight) => weight;

    /// <summary>Tokens of the next micro-batch at most; asked before each.</summary>
    public Func<int> TokenBudget { get; init; } = () => DefaultTokenBudget;

    /// <summary>Log-probabilities of each row's tokens that count; rows without weight are not among them.</summary>
    public Dictionary<EncodedExample, float[]> LogProbabilities { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Every task with examples; tasks whose weight is zero have a loss of zero.</summary>
    public IReadOnlyDictionary<TaskName, TaskLoss> Losses => _losses;

    /// <summary>Tokens of the rows that take part: rows without weight do not.</summary>
    public long Tokens => _examples.Where(example => example.Weight > 0).Sum(example => (long)example.Ids.Count);

    /// <summary>Runs forward, and backward if <paramref name="gradients"/>; may be abandoned after any unit.</summary>
    public IEnumerable<Unit> Run(bool gradients)
    {
        var seen = new Dictionary<TaskName, int>(); // rows of each task in the micro-batches before
        foreach (var rows in MicroBatch.Cut(_examples, TokenBudget))
        {
            foreach (var unit in Run(rows, AdaptersOf(rows, seen), gradients))
            {
                yield return unit;
            }
        }
    }

    private IEnumerable<Unit> Run(IReadOnlyList<EncodedExample> rows, IAdapters adapters, bool gradients)
    {
        using var batch = new MicroBatch(_model, rows);
        using var angles = AnglesOf(batch);
        var layers = _model.Config.Layers;
        var inputs = new Tensor?[layers + 1]; // the top's input is the last layer's output
        var outputs = new Tensor?[layers];
        Tensor? gradient = null;
        try
        {
            var losses = new LabelLosses(batch, _loss);
            if (losses.IsOfPairs && rows.Any(row => row.Reference is null))
            {
                foreach (var unit in ReadReferences(batch, angles, losses))
                {
                    yield return unit;
                }
            }

            foreach (var unit in Climb(batch, angles, adapters, inputs, outputs, gradients))
            {
                yield return unit;
            }

            foreach (var (start, count) in losses.IsOfPairs ? Chunks(batch) : [])
            {
                losses.Take(start, Read(batch, start, count, inputs[layers]!));
                yield return Unit.LossChunk;
            }

            if (losses.IsOfPairs)
            {
                losses.ComparePairs();
            }

            if (gradients)
            {
                gradient = zeros_like(inputs[layers]!, requires_grad: false).DetachFromDisposeScope();
            }

            foreach (var (start, count) in losses.IsOfPairs && !gradients ? [] : Chunks(batch))
            {
                Loss(batch, losses, start, count, inputs[layers]!, gradient);
                yield return Unit.LossChunk;
            }

            losses.AddTo(_losses);
            foreach (var (row, values) in losses.ByRow())
            {
                LogProbabilities[row] = values;
            }

            for (var layer = layers - 1; gradients && layer >= 0; layer--)
            {
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

    private static IEnumerable<(int Start, int Count)> Chunks(MicroBatch batch)
    {
        for (var start = 0; start < batch.Weights.Count; start += LossChunk)
        {
            yield return (start, Math.Min(LossChunk, batch.Weights.Count - start));
        }
    }

    /// <summary>From the embedding to the last layer's output, which is the top's input.</summary>
    private IEnumerable<Unit> Climb(
        MicroBatch batch, RotaryAngles angles, IAdapters adapters, Tensor?[] inputs, Tensor?[] outputs, bool gradients)
    {
        using (no_grad())
        {
            inputs[0] = _model.Embed(batch.Ids).DetachFromDisposeScope();
        }

        // The adapters of the lowest layer are reached by the gradient of what goes in.
        inputs[0]!.requires_grad_(gradients);
        for (var layer = 0; layer < _model.Config.Layers; layer++)
        {
            Forward(layer, batch.Attention, angles, adapters, inputs, outputs, gradients);
            yield return Unit.LayerForward;
        }
    }

    /// <summary>What pairs are compared with, where the caller did not say: the answers under the bare base.</summary>
    private IEnumerable<Unit> ReadReferences(MicroBatch batch, RotaryAngles angles, LabelLosses losses)
    {
        var inputs = new Tensor?[_model.Config.Layers + 1];
        try
        {
            foreach (var unit in Climb(batch, angles, NoAdapters.Instance, inputs, [], gradients: false))
            {
                yield return unit;
            }

            foreach (var (start, count) in Chunks(batch))
            {
                foreach (var (at, value) in Read(batch, start, count, inputs[^1]!).Index())
                {
                    var row = batch.Places[start + at].Row;
                    losses.References[row] += batch.Rows[row].Reference is null ? value : 0;
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

    /// <summary>Log-probabilities of some labels, without a graph.</summary>
    private float[] Read(MicroBatch batch, int start, int count, Tensor hidden)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var chunk = hidden.index_select(0, batch.Positions.narrow(0, start, count));
        return _model.LogProbabilities(chunk, batch.Labels.narrow(0, start, count)).cpu().data<float>().ToArray();
    }

    private RotaryAngles AnglesOf(MicroBatch batch)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var angles = _model.Angles(batch.Attention);
        return new RotaryAngles(angles.Cos.DetachFromDisposeScope(), angles.Sin.DetachFromDisposeScope());
    }

    /// <summary>The adapters of a batch in the form that <paramref name="model"/> computes them; some are <see cref="IDisposable"/>.</summary>
    internal static IAdapters AdaptersOf(CausalLanguageModel model, PoolState pool, IReadOnlyList<TrainingPart> parts) =>
        model.Team is not null && KernelAdapters.Fit(pool, parts) ? new KernelAdapters(model, pool, parts) : new TrainingAdapters(pool, parts);

    private IAdapters AdaptersOf(IReadOnlyList<EncodedExample> rows, Dictionary<TaskName, int> seen)
    {
        var parts = new List<TrainingPart>();
        foreach (var group in rows.GroupBy(row => row.Task!.Value, row => row.Ids.Count))
        {
            int[] lengths = [.. group];
            var first = seen.GetValueOrDefault(group.Key);
            var masks = DropsOut ? _tasks[group.Key].MasksOf(first, lengths) : null;
            parts.Add(new TrainingPart(_tasks[group.Key], lengths.Sum(), DrawsOf(group.Key), masks));
            seen[group.Key] = first + lengths.Length;
        }

        return AdaptersOf(_model, _pool, parts);
    }

    private void Forward(int layer, IAttention attention, RotaryAngles angles, IAdapters adapters, Tensor?[] inputs, Tensor?[] outputs, bool gradients)
    {
        using var mode = set_grad_enabled(gradients);
        using var scope = NewDisposeScope();
        var output = _model.Layer(layer, inputs[layer]!, attention, angles, adapters);
        inputs[layer + 1] = output.detach().DetachFromDisposeScope();
        if (gradients)
        {
            outputs[layer] = output.DetachFromDisposeScope();
            inputs[layer + 1]!.requires_grad_(true);
        }
        else
        {
            inputs[layer]!.Dispose();
            inputs[layer] = null;
        }
    }

    private void Loss(MicroBatch batch, LabelLosses losses, int start, int count, Tensor hidden, Tensor? gradient)
    {
        using var mode = set_grad_enabled(gradient is not null);
        using var scope = NewDisposeScope();
        var positions = batch.Positions.narrow(0, start, count);
        var chunk = hidden.detach().index_select(0, positions);
        if (gradient is not null)
        {
            chunk.requires_grad_(true);
        }

        var logProbabilities = _model.LogProbabilities(chunk, batch.Labels.narrow(0, start, count)); // (count)
        if (!losses.IsOfPairs)
        {
            losses.Take(start, logProbabilities.detach().cpu().data<float>().ToArray());
        }

        if (gradient is null)
        {
            return;
        }

        var factors = new float[count];
        for (var at = 0; at < count; at++)
        {
            var task = batch.Owners[start + at]!.Value;
            factors[at] = (float)(losses.SlopeOf(start + at) / NormaliserOf(task, _weights[task]));
        }

        autograd.backward([logProbabilities], [tensor(factors, float32, _model.Device)]);
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
