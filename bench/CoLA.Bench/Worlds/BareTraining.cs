using System.Diagnostics;
using CoLA.Core.Data.Examples;
using CoLA.Core.Model;
using CoLA.Core.Training.Examples;
using static TorchSharp.torch;

namespace CoLA.Bench.Worlds;

/// <summary>Forward and backward of the base alone, with one trainable vector at the embedding, so that gradients flow to the bottom.</summary>
internal static class BareTraining
{
    private const int LossChunk = 256;

    /// <summary>Seconds, in micro-batches of at most so many tokens, as a session's step is made; rows are of one length; on the engine's thread.</summary>
    public static double Step(CausalLanguageModel model, IReadOnlyList<TrainingExample> examples, int tokens)
    {
        int[][] rows = [.. examples.Select(example => ((TokenExample)example.Content).Ids.ToArray())];
        var started = Stopwatch.GetTimestamp();
        using var vector = zeros(model.Config.HiddenSize, float32, requires_grad: true);
        foreach (var batch in rows.Chunk(Math.Max(1, tokens / rows[0].Length)))
        {
            AddGradient(model, batch, vector);
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void AddGradient(CausalLanguageModel model, int[][] rows, Tensor vector)
    {
        using var scope = NewDisposeScope();
        using var attention = new PackedAttention([.. rows.Select(row => row.Length)], model.Config, model.Device);
        var layers = model.Config.Layers;
        var inputs = new Tensor[layers + 1];
        var outputs = new Tensor[layers];
        inputs[0] = model.Embed(tensor(rows.SelectMany(row => row.Select(id => (long)id)).ToArray())) + vector;
        var angles = model.Angles(attention);
        for (var layer = 0; layer < layers; layer++)
        {
            outputs[layer] = model.Layer(layer, inputs[layer], attention, angles, NoAdapters.Instance);
            inputs[layer + 1] = outputs[layer].detach().requires_grad_(true);
        }

        var first = 0;
        long[] positions = [.. rows.SelectMany(
            row => (first += row.Length) is var end ? Enumerable.Range(end - row.Length, row.Length - 1) : []).Select(at => (long)at)];
        long[] labels = [.. rows.SelectMany(row => row.Skip(1)).Select(id => (long)id)];
        for (var start = 0; start < positions.Length; start += LossChunk)
        {
            using var chunkScope = NewDisposeScope();
            var count = Math.Min(LossChunk, positions.Length - start);
            var hidden = inputs[layers].index_select(0, tensor(positions[start..(start + count)]));
            autograd.backward([model.LogProbabilities(hidden, tensor(labels[start..(start + count)])).mean()]);
        }

        for (var layer = layers - 1; layer >= 0; layer--)
        {
            autograd.backward([outputs[layer]], [inputs[layer + 1].grad!]);
            outputs[layer].Dispose();
        }
    }
}
