namespace CoLA.Core.Inference;

/// <summary>
/// Chooses one row's next token. The rules and their order are those of HuggingFace's logits processors; the draw comes
/// from a generator of the row's own, so that a seed gives the same answer whoever else is in the batch.
/// </summary>
internal sealed class Sampler
{
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
        var chosen = _options.Temperature == 0 ? IndexOfMaximum(logits) : Draw(Candidates(logits));
        _seen.Add(chosen);
        return chosen;
    }

    /// <summary>Tells the sampler of a token that was chosen elsewhere, by a plain greedy row's maximum.</summary>
    public void Saw(int id) => _seen.Add(id);

    /// <summary>The distribution that <see cref="Next"/> draws from; for tests against other software.</summary>
    public float[] Probabilities(Span<float> logits)
    {
        Penalise(logits);
        var probabilities = new float[logits.Length];
        if (_options.Temperature == 0)
        {
            probabilities[IndexOfMaximum(logits)] = 1;
            return probabilities;
        }

        var candidates = Candidates(logits);
        var total = candidates.Sum(candidate => candidate.Weight);
        foreach (var (id, weight) in candidates)
        {
            probabilities[id] = (float)(weight / total);
        }

        return probabilities;
    }

    private static int HashCode(long seed) => (int)(seed ^ seed >> 32);

    private static int IndexOfMaximum(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var id = 1; id < logits.Length; id++)
        {
            if (logits[id] > logits[best])
            {
                best = id;
            }
        }

        return best;
    }

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

    /// <summary>What is left after temperature, top-k, top-p and min-p, as (id, unnormalised probability), largest first.</summary>
    private List<(int Id, double Weight)> Candidates(ReadOnlySpan<float> logits)
    {
        var maximum = logits[IndexOfMaximum(logits)];
        var candidates = new List<(int Id, double Weight)>(logits.Length);
        for (var id = 0; id < logits.Length; id++)
        {
            candidates.Add((id, Math.Exp((logits[id] - maximum) / _options.Temperature)));
        }

        if (_options.TopK > 0 && _options.TopK < candidates.Count)
        {
            KeepTopK(candidates);
        }

        if (_options.TopP < 1)
        {
            KeepTopP(candidates);
        }

        // The largest weight is 1, so that a share of it is the weight itself.
        candidates.RemoveAll(candidate => candidate.Weight < _options.MinP);
        return candidates;
    }

    private void KeepTopK(List<(int Id, double Weight)> candidates)
    {
        var largest = new PriorityQueue<double, double>(_options.TopK + 1);
        foreach (var (_, weight) in candidates)
        {
            largest.Enqueue(weight, weight);
            if (largest.Count > _options.TopK)
            {
                largest.Dequeue();
            }
        }

        var threshold = largest.Peek(); // what ties with the k-th stays, as in HuggingFace's
        candidates.RemoveAll(candidate => candidate.Weight < threshold);
    }

    private void KeepTopP(List<(int Id, double Weight)> candidates)
    {
        var total = candidates.Sum(candidate => candidate.Weight);

        // Together, tokens below this weight cannot reach 1 - p: they go without being sorted.
        var negligible = (1 - _options.TopP) * total / candidates.Count;
        var dropped = candidates.Where(candidate => candidate.Weight < negligible).Sum(candidate => candidate.Weight);
        candidates.RemoveAll(candidate => candidate.Weight < negligible);
        candidates.Sort((left, right) => right.Weight.CompareTo(left.Weight));
        var kept = candidates.Count;
        while (kept > 1 && dropped + candidates[kept - 1].Weight <= (1 - _options.TopP) * total)
        {
            dropped += candidates[--kept].Weight;
        }

        candidates.RemoveRange(kept, candidates.Count - kept);
    }

    private int Draw(List<(int Id, double Weight)> candidates)
    {
        var at = _random.NextDouble() * candidates.Sum(candidate => candidate.Weight);
        foreach (var (id, weight) in candidates)
        {
            at -= weight;
            if (at < 0)
            {
                return id;
            }
        }

        return candidates[^1].Id;
    }
}
