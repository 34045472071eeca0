using System.Numerics.Tensors;

namespace CoLA.Core.Sequences;

/// <summary>
/// Chooses one row's next token. The rules and their order are those of HuggingFace's logits processors; the draw comes
/// from a generator of the row's own, so that a seed gives the same answer whoever else is in the batch.
/// </summary>
internal sealed class Sampler
{
    /// <summary>Weights that are summed by vectors at one time.</summary>
    private const int Stretch = 1024;

    private readonly SamplingOptions _options;
    private readonly Random _random;
    private readonly HashSet<int> _seen = [];

    /// <param name="options">Validated options.</param>
    /// <param name="prompt">The prompt's ids, which the repetition penalty counts too.</param>
    public Sampler(SamplingOptions options, IEnumerable<int> prompt)
    {
        _options = options;
        _random = options.Seed is { } seed ? new Random(HashCode(seed)) : new Random();
        _seen.UnionWith(prompt);
    }

    /// <summary>The next token, from raw <paramref name="logits"/> (vocabulary), which are overwritten.</summary>
    public int Next(Span<float> logits)
    {
        Penalise(logits);
        var chosen = _options.Temperature == 0 ? TensorPrimitives.IndexOfMax(logits) : Draw(Weigh(logits));
        _seen.Add(chosen);
        return chosen;
    }

    /// <summary>The distribution that <see cref="Next"/> draws from; for tests against other software.</summary>
    public float[] Probabilities(Span<float> logits)
    {
        Penalise(logits);
        if (_options.Temperature == 0)
        {
            var probabilities = new float[logits.Length];
            probabilities[TensorPrimitives.IndexOfMax(logits)] = 1;
            return probabilities;
        }

        Weigh(logits);
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
    /// Turns logits into unnormalised probabilities, the largest 1, and those that temperature, top-k, top-p and min-p leave
    /// out into zeros. Works on the whole vocabulary by vectors, and sorts no more than it must.
    /// </summary>
    private Span<float> Weigh(Span<float> logits)
    {
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), logits);
        TensorPrimitives.Divide(logits, (float)_options.Temperature, logits);
        TensorPrimitives.Exp(logits, logits);
        if (_options.TopK > 0 && _options.TopK < logits.Length)
        {
            KeepFrom(logits, Largest(logits, _options.TopK)); // what ties with the k-th stays, as in HuggingFace's
        }

        if (_options.TopP < 1)
        {
            KeepTopP(logits);
        }

        if (_options.MinP > 0)
        {
            KeepFrom(logits, (float)_options.MinP); // the largest weight is 1
        }

        return logits;
    }

    private static void KeepFrom(Span<float> weights, float least)
    {
        foreach (ref var weight in weights)
        {
            weight = weight < least ? 0 : weight;
        }
    }

    /// <summary>The <paramref name="place"/>-th largest weight.</summary>
    private static float Largest(ReadOnlySpan<float> weights, int place)
    {
        var largest = new PriorityQueue<float, float>(place);
        var least = 0f;
        foreach (var weight in weights)
        {
            if (largest.Count < place)
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
        var most = (1 - _options.TopP) * total; // what may go

        // Together, tokens below this weight cannot reach 1 - p: they go without being sorted.
        var negligible = (float)(most / weights.Length);
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
        for (var at = 0; at < candidates.Count - 1 && dropped + candidates[at].Weight <= most; at++)
        {
            dropped += candidates[at].Weight;
            weights[candidates[at].Id] = 0;
        }
    }

    private int Draw(ReadOnlySpan<float> weights)
    {
        var at = _random.NextDouble() * Sum(weights);
        var last = 0;
        for (var start = 0; start < weights.Length; start += Stretch)
        {
            var stretch = weights.Slice(start, Math.Min(Stretch, weights.Length - start));
            var sum = (double)TensorPrimitives.Sum(stretch);
            if (at >= sum && start + Stretch < weights.Length)
            {
                at -= sum;
                last = sum > 0 ? start + stretch.LastIndexOfAnyExcept(0) : last;
                continue;
            }

            for (var id = 0; id < stretch.Length; id++)
            {
                at -= stretch[id];
                last = stretch[id] > 0 ? start + id : last;
                if (at < 0)
                {
                    return start + id;
                }
            }
        }

        return last; // rounding ate the end
    }

    /// <summary>The sum of many weights: vectors within a stretch, double precision across.</summary>
    private static double Sum(ReadOnlySpan<float> weights)
    {
        var sum = 0.0;
        for (; weights.Length > Stretch; weights = weights[Stretch..])
        {
            sum += TensorPrimitives.Sum(weights[..Stretch]);
        }

        return sum + TensorPrimitives.Sum(weights);
    }
}
