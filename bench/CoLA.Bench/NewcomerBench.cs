namespace CoLA.Bench;

/// <summary>
/// What a newcomer with few examples reaches: as a LoRA of its own, with zero heads on a pool that knows related skills,
/// and from the most similar task's heads, with A frozen and with A trained. Always on cola-tiny. Every method has the
/// one rate that is best for it over all newcomers of a seed.
/// </summary>
internal static class NewcomerBench
{
    private const int FirstSeed = 42;

    private static readonly double[] Rates = [1e-3, 3e-3, 1e-2];
    private static readonly int[] Examples = [4, 8, 16];

    /// <summary>models/cola-tiny of the repository that this was built in.</summary>
    public static string Model
    {
        get
        {
            for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            {
                if (Path.Combine(directory.FullName, "models", "cola-tiny") is var model && Directory.Exists(model))
                {
                    return model;
                }
            }

            throw new DirectoryNotFoundException("models/cola-tiny is not above the benchmark; run it from the repository");
        }
    }

    public static async Task<(Dictionary<string, double> Figures, Dictionary<string, double> Ratios)> RunAsync(World world, int seeds)
    {
        var reached = new Dictionary<(NewcomerMethod Method, int Examples), List<double>>();
        var ofPool = new List<double>();
        foreach (var seed in Enumerable.Range(FirstSeed, seeds))
        {
            var ofSeed = new NewcomerSeed(world, seed);
            ofPool.Add(await ofSeed.MakePoolAsync());
            foreach (var method in Enum.GetValues<NewcomerMethod>())
            {
                foreach (var (examples, accuracy) in await BestRateAsync(ofSeed, method))
                {
                    if (!reached.TryGetValue((method, examples), out var accuracies))
                    {
                        reached.Add((method, examples), accuracies = []);
                    }

                    accuracies.Add(accuracy);
                }
            }
        }

        var figures = reached.ToDictionary(
            entry => $"{char.ToLowerInvariant($"{entry.Key.Method}"[0])}{$"{entry.Key.Method}"[1..]}{entry.Key.Examples}",
            entry => entry.Value.Average());
        figures["poolTasks"] = ofPool.Average();
        var ratios = Examples.ToDictionary(
            examples => $"gain{examples}",
            examples => reached[(NewcomerMethod.NeighbourTrained, examples)].Average() - reached[(NewcomerMethod.OwnLora, examples)].Average());
        figures.Remove("ownLora16", out var baseline);
        ratios["ownLora16"] = baseline;
        return (figures, ratios);
    }

    private static async Task<Dictionary<int, double>> BestRateAsync(NewcomerSeed seed, NewcomerMethod method)
    {
        var best = new Dictionary<int, double>();
        foreach (var rate in Rates)
        {
            var accuracies = new Dictionary<int, double>();
            foreach (var examples in Examples)
            {
                accuracies[examples] = await seed.AccuracyAsync(method, examples, rate);
            }

            if (best.Count == 0 || accuracies.Values.Average() > best.Values.Average())
            {
                best = accuracies;
            }
        }

        return best;
    }
}
