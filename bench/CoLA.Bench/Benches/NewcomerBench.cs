using System.CommandLine;
using CoLA.Bench.Newcomers;
using CoLA.Bench.Worlds;
using CoLA.Core;

namespace CoLA.Bench.Benches;

/// <summary>
/// What a newcomer with few examples reaches: as a LoRA of its own, with zero heads on a pool that knows related skills,
/// and from the most similar task's heads, with A frozen and with A trained. Always on cola-tiny. Every method has the
/// one rate that is best for it over all newcomers of a seed.
/// </summary>
internal sealed class NewcomerBench : ModelBench
{
    private const int FirstSeed = 42;

    private static readonly double[] Rates = [1e-3, 3e-3, 1e-2];
    private static readonly int[] Examples = [4, 8, 16];

    private readonly Option<int> _seeds = new("--seeds") { Description = "How many seeds, from 42 on", DefaultValueFactory = _ => 5 };

    public NewcomerBench()
        : base(
            "newcomer",
            "What a newcomer with few examples reaches from a neighbour's heads and as a LoRA of its own, always on cola-tiny",
            new Bar("gain4", 0.15),
            new Bar("gain8", 0.15),
            new Bar("gain16", 0.15),
            new Bar("ownLora16", 0.4)) => Add(_seeds);

    /// <summary>models/cola-tiny of the repository that this was built in.</summary>
    private static string ColaTiny
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

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        await using var world = new World(ColaTiny, new ColaOptions());
        run.ModelName = world.Core.Model.Identity.Name;
        var methods = Enum.GetValues<NewcomerMethod>();
        var reached = methods.SelectMany(method => Examples.Select(examples => (method, examples))).ToDictionary(key => key, _ => new List<double>());
        var ofPool = new List<double>();
        run.Progress.Begin("newcomers", parse.GetValue(_seeds) * (methods.Length + 1));
        foreach (var seed in Enumerable.Range(FirstSeed, parse.GetValue(_seeds)))
        {
            var ofSeed = new NewcomerSeed(world, seed);
            ofPool.Add(await ofSeed.MakePoolAsync());
            run.Progress.Advance();
            foreach (var method in methods)
            {
                foreach (var (examples, accuracy) in await BestRateAsync(ofSeed, method))
                {
                    reached[(method, examples)].Add(accuracy);
                }

                run.Progress.Advance();
            }
        }

        foreach (var ((method, examples), accuracies) in reached)
        {
            run.Figures[$"{char.ToLowerInvariant($"{method}"[0])}{$"{method}"[1..]}{examples}"] = accuracies.Average();
        }

        run.Figures["poolTasks"] = ofPool.Average();
        foreach (var examples in Examples)
        {
            var gain = reached[(NewcomerMethod.NeighbourTrained, examples)].Average() - reached[(NewcomerMethod.OwnLora, examples)].Average();
            run.Ratios[$"gain{examples}"] = _ => gain;
        }

        run.Ratios["ownLora16"] = _ => run.Figures["ownLora16"];
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
