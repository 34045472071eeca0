using System.CommandLine;
using CoLA.Bench.Rendering;
using CoLA.Bench.Soaks;
using CoLA.Bench.Worlds;
using CoLA.Client;
using CoLA.Server;
using CoLA.V1;

namespace CoLA.Bench.Benches;

/// <summary>Minutes of full load on a server in this process: does its memory stand still, and does any row fail that should not?</summary>
internal sealed class SoakBench : BenchCommand
{
    /// <summary>Small, as the memory for adapters is too, so that what may be filled is full soon and does not look like growth.</summary>
    private const long KeyValueMemory = 128L << 20;

    private const int M = 2;

    /// <summary>Of the pools.</summary>
    private static readonly int[] Ranks = [8, 2];

    private readonly Option<string> _model = new("--model") { Description = "A model directory or a GGUF file", HelpName = "DIR", Required = true };
    private readonly Option<double> _minutes = new("--minutes") { Description = "How long", DefaultValueFactory = _ => 10 };
    private readonly Option<int> _clients = new("--clients") { Description = "Clients that ask without pause", DefaultValueFactory = _ => 32 };
    private readonly Option<int> _tasks = new("--tasks")
    {
        Description = "Tasks that are trained, switched, deleted and made anew meanwhile",
        DefaultValueFactory = _ => 16,
    };

    public SoakBench()
        : base(
            "soak",
            "Minutes of full load on a server in this process: memory and failures",
            new Bar("unexpectedFailures", 0, AtMost: true),
            new Bar("residentGrowth", 0.02, AtMost: true),
            new Bar("liveTensorGrowth", 0.1, AtMost: true),
            new Bar("keyValueBlocksLeft", 0, AtMost: true))
    {
        Option[] options = [_model, _minutes, _clients, _tasks];
        Array.ForEach(options, Add);
    }

    protected override BenchRun Begin(ParseResult parse, BenchProgress progress) => new(parse.GetRequiredValue(_model), 1, progress);

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        var data = Directory.CreateTempSubdirectory("cola-soak-");
        try
        {
            await using var server = await ColaServer.StartAsync(
                options =>
                {
                    options.Model.Path = run.Model;
                    options.DataDirectory = data.FullName;
                    options.Model.Device = "cpu";
                    options.Port = 0;
                    options.Engine.KeyValueMemory = KeyValueMemory;
                    options.Adapters.Memory = Math.Max(1 << 20, (long)(parse.GetValue(_tasks) * ModelCost.Of(run.Model).BytesOfU(M * Ranks.Max()) / 2));
                },
                cancellationToken: cancellation);
            using var client = new ColaClient(new ColaClientOptions { Address = server.Address, Tenant = "soak" });
            run.ModelName = (await client.Status.GetAsync(cancellationToken: cancellation)).Model.Name;
            await SoakAsync(run, parse, client, cancellation);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private async Task SoakAsync(BenchRun run, ParseResult parse, ColaClient client, CancellationToken cancellation)
    {
        var pools = await Task.WhenAll(Ranks.Select(rank => MakePoolAsync(client, rank, cancellation)));
        var count = new SoakCount();
        var tasks = new SoakTasks(client, pools, parse.GetValue(_tasks), count);
        run.Progress.Begin("making tasks", 1);
        await tasks.MakeAllAsync(cancellation);
        run.Progress.Advance();

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] load =
        [
            Task.Run(() => tasks.ChangeAsync(over.Token), CancellationToken.None),
            Task.Run(() => new SoakTraining(client, pools[0], count).TrainAsync(over.Token), CancellationToken.None),
            .. Enumerable.Range(1, parse.GetValue(_clients))
                .Select(seed => Task.Run(() => new SoakRows(client, tasks, count, (ulong)seed).AskAsync(over.Token), CancellationToken.None)),
        ];
        var watch = new SoakWatch(client, ModelCost.Of(run.Model).BytesOfKeyValueBlock, count, run.Progress);
        var samples = await watch.WatchAsync(TimeSpan.FromMinutes(parse.GetValue(_minutes)), cancellation);
        await over.CancelAsync();
        await Task.WhenAll(load);
        var left = await watch.LeftAsync(cancellation);
        Judge(run, samples, left, count);
    }

    private static async Task<string> MakePoolAsync(ColaClient client, int rank, CancellationToken cancellation)
    {
        var spec = new PoolSpec { M = M, Rank = rank, Initialisation = Initialisation.Gaussian };
        return (await client.Pools.CreateAsync(new CreatePoolRequest { Spec = spec }, cancellationToken: cancellation)).Name;
    }

    /// <summary>Memory is judged over the second half, when everything that fills has been filled.</summary>
    private static void Judge(BenchRun run, IReadOnlyList<SoakSample> samples, long left, SoakCount count)
    {
        var half = samples.Skip(samples.Count / 2).ToArray();
        run.Figures["tokensPerSecond"] = samples.Average(sample => sample.TokensPerSecond);
        run.Figures["residentMegabytes"] = half.Average(sample => sample.Resident) / 1e6;
        run.Figures["managedMegabytes"] = half.Average(sample => sample.Managed) / 1e6;
        run.Figures["liveTensors"] = half.Average(sample => sample.LiveTensors);
        run.Figures["keyValueBlocks"] = half.Average(sample => sample.KeyValueBlocks);
        run.Figures["adapterMegabytes"] = half.Average(sample => sample.Adapters) / 1e6;
        run.Figures["residentRiseMegabytes"] = Slope.Rise(half, sample => sample.Resident) / 1e6;
        run.Figures["managedRiseMegabytes"] = Slope.Rise(half, sample => sample.Managed) / 1e6;
        run.Figures["adapterRiseMegabytes"] = Slope.Rise(half, sample => sample.Adapters) / 1e6;
        // Pool versions that come and go have a hundred tensors each: what leaks shows in the fewest there ever are.
        var before = samples.Skip(samples.Count / 4).Take(Math.Max(1, samples.Count / 4)).Min(sample => sample.LiveTensors);
        run.Figures["fewestLiveTensors"] = half.Min(sample => sample.LiveTensors);
        run.Figures["fewestLiveTensorsBefore"] = before;
        foreach (var (what, times) in count.Events.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            run.Figures[what] = times;
        }

        run.Ratios["unexpectedFailures"] = _ => count.Failures.Count;
        run.Ratios["residentGrowth"] = _ => run.Figures["residentRiseMegabytes"] / run.Figures["residentMegabytes"];
        run.Ratios["liveTensorGrowth"] = _ => run.Figures["fewestLiveTensors"] / before - 1;
        run.Ratios["keyValueBlocksLeft"] = _ => left;
        foreach (var (what, times) in count.Failures.CountBy(failure => failure).OrderByDescending(entry => entry.Value).Take(20))
        {
            run.Progress.Say($"{times} failed: {what}");
        }
    }
}
