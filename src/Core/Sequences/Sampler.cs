using System.Numerics.Tensors;

namespace CoLA.Core.Sequences;

/// <summary>
/// Chooses the next token of one row. The rules and their order are those of HuggingFace's logits processors. Each row has
/// its own random generator, so a seed gives the same answer whatever other rows are in the batch.
/// </summary>
internal sealed class Sampler
{
    /// <summary>Weights that are summed in single precision; longer sums add these partial sums in double precision.</summary>
    private const int SumLength = 1024;

    private readonly SamplingOptions _options;
    private readonly Random _random;
    private readonly HashSet<int> _seen = [];

    /// <param name="options">Validated options.</param>
    /// <param name="prompt">The prompt's ids; the repetition penalty applies to them too.</param>
    public Sampler(SamplingOptions options, IEnumerable<int> prompt)
    {
        _options = options;
        _random = options.Seed is { } seed ? new Random(HashCode(seed)) : new Random();
        _seen.UnionWith(prompt);
    }

    /// <summary>Chooses the next token from the raw <paramref name="logits"/> (vocabulary). Overwrites them.</summary>
    public int Next(Span<float> logits)
    {
        Penalise(logits);
        var chosen = _options.Temperature == 0 ? TensorPrimitives.IndexOfMax(logits) : Draw(ToWeights(logits));
        _seen.Add(chosen);
        return chosen;
    }

    /// <summary>The distribution (vocabulary) that <see cref="Next"/> draws from. Overwrites the logits. Tests compare it with other software.</summary>
    public float[] Probabilities(Span<float> logits)
    {
        Penalise(logits);
        if (_options.Temperature == 0)
        {
            var probabilities = new float[logits.Length];
            probabilities[TensorPrimitives.IndexOfMax(logits)] = 1;
            return probabilities;
        }

        ToWeights(logits);
        var total = Sum(logits);
        return [.. logits.ToArray().Select(weight => (float)(weight / total))];
    }

    private static int HashCode(long seed) => (int)(seed ^ seed >> 32);

    private void Penalise(Span<float> logits)
    {
        if (_options.RepetitionPenalty == 1)
        {
            return;
        }

        foreach (var id in _seen)
        {
            logits[id] = (float)(logits[id] > 0 ? logits[id] / _options.RepetitionPenalty : logits[id] * _options.RepetitionPenalty);
        }
    }

    /// <summary>
    /// Turns logits into unnormalised probabilities whose maximum is 1, in place. Tokens that top-k, top-p or min-p exclude
    /// get 0. Uses vector instructions over the whole vocabulary and sorts only the tokens that top-p has to compare.
    /// </summary>
    private Span<float> ToWeights(Span<float> logits)
    {
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), logits);
        TensorPrimitives.Divide(logits, (float)_options.Temperature, logits);
        TensorPrimitives.Exp(logits, logits);
        if (_options.TopK > 0 && _options.TopK < logits.Length)
        {
            DropBelow(logits, KthLargest(logits, _options.TopK)); // ties with the k-th stay, as in HuggingFace
        }

        if (_options.TopP < 1)
        {
            KeepTopP(logits);
        }

        if (_options.MinP > 0)
        {
            DropBelow(logits, (float)_options.MinP); // the largest weight is 1
        }

        return logits;
    }

    private static void DropBelow(Span<float> weights, float least)
    {
        foreach (ref var weight in weights)
        {
            weight = weight < least ? 0 : weight;
        }
    }

    /// <summary>The <paramref name="k"/>-th largest weight, k from 1.</summary>
    private static float KthLargest(ReadOnlySpan<float> weights, int k)
    {
        var largest = new PriorityQueue<float, float>(k);
        var least = 0f;
        foreach (var weight in weights)
        {
            if (largest.Count < k)
            {
                largest.Enqueue(weight, weight);
                least = largest.Peek();
            }
            else if (weight > least)
            {
                largest.EnqueueDequeue(weight, weight);
                least = largest.Peek();
            }
        }

        return least;
    }

    private void KeepTopP(Span<float> weights)
    {
        var total = Sum(weights);
        var removable = (1 - _options.TopP) * total;

        // All tokens below this weight together weigh less than 1 - p, so they are dropped without sorting.
        var negligible = (float)(removable / weights.Length);
        var candidates = new List<(float Weight, int Id)>();
        var kept = 0.0;
        for (var id = 0; id < weights.Length; id++)
        {
            if (weights[id] < negligible)
            {
                weights[id] = 0;
            }
            else if (weights[id] > 0)
            {
                candidates.Add((weights[id], id));
                kept += weights[id];
            }
        }

        candidates.Sort();
        var dropped = total - kept;
        for (var at = 0; at < candidates.Count - 1 && dropped + candidates[at].Weight <= removable; at++)
        {
            dropped += candidates[at].Weight;
            weights[candidates[at].Id] = 0;
        }
    }

    private int Draw(ReadOnlySpan<float> weights)
    {
        var at = _random.NextDouble() * Sum(weights);
        var last = 0;
        for (var start = 0; start < weights.Length; start += SumLength)
        {
            var slice = weights.Slice(start, Math.Min(SumLength, weights.Length - start));
            var sum = (double)TensorPrimitives.Sum(slice);
            if (at >= sum && start + SumLength < weights.Length)
            {
                at -= sum;
                last = sum > 0 ? start + slice.LastIndexOfAnyExcept(0) : last;
                continue;
            }

            for (var id = 0; id < slice.Length; id++)
            {
                at -= slice[id];
                last = slice[id] > 0 ? start + id : last;
                if (at < 0)
                {
                    return start + id;
                }
            }
        }

        return last; // rounding: the draw exceeded the sum
    }

    /// <summary>Sum of the weights: vector instructions within <see cref="SumLength"/>, double precision across.</summary>
    private static double Sum(ReadOnlySpan<float> weights)
    {
        var sum = 0.0;
        for (; weights.Length > SumLength; weights = weights[SumLength..])
        {
            sum += TensorPrimitives.Sum(weights[..SumLength]);
        }

        return sum + TensorPrimitives.Sum(weights);
    }
}
