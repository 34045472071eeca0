using System.Text;
using CoLA.Bench.Worlds;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Data;
using CoLA.Core.Data.Examples;
using CoLA.Core.Inference;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Sequences;
using CoLA.Core.Similarity;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Sessions;
using CoLA.Core.Training.State;
using CoLA.Models.Skills;

namespace CoLA.Bench.Newcomers;

/// <summary>
/// One seed: a pool that knows all but one skill of each family, and newcomers for those. Every pair has r = 4 and
/// M = N = 1, so that all methods have the same room.
/// </summary>
internal sealed class NewcomerSeed(World world, int seed)
{
    private const int PoolSteps = 400;
    private const double PoolRate = 3e-3;
    private const int Steps = 80;
    private const int Batch = 4;
    private const int TrainingItems = 200;
    private const int AskedItems = 50;
    private const int LongestAnswer = 24;

    private readonly PoolName _pool = new($"pool-{seed}");
    private int _tasks;

    /// <summary>Trains the pool and tells the mean accuracy of its tasks on items that they were not trained on.</summary>
    public async Task<double> MakePoolAsync()
    {
        await MakePoolAsync(_pool, seed);
        var skills = NewcomerFamilies.All.SelectMany(family => family.Where((_, at) => at != LeftOut(family))).ToArray();
        var tasks = new List<TaskName>();
        foreach (var _ in skills)
        {
            tasks.Add(await RegisterAsync(_pool));
        }

        var data = skills.Select(skill => skill.DataSet(TrainingItems + AskedItems, (ulong)seed).Items).ToArray();
        var orders = data.Select(items => new Order([.. items.Take(TrainingItems)], seed)).ToArray();
        await TrainAsync(_pool, null, [.. tasks], PoolRate, trainA: true, PoolSteps, current: true, task => orders[tasks.IndexOf(task)]);
        var accuracies = new List<double>();
        foreach (var (task, items) in tasks.Zip(data))
        {
            accuracies.Add(await AccuracyAsync(task, [.. items.TakeLast(AskedItems)]));
        }

        return accuracies.Average();
    }

    /// <summary>Mean accuracy of the newcomers after training on so many examples each.</summary>
    public async Task<double> AccuracyAsync(NewcomerMethod method, int examples, double rate)
    {
        var accuracies = new List<double>();
        foreach (var family in NewcomerFamilies.All)
        {
            var items = family[LeftOut(family)].DataSet(TrainingItems, (ulong)seed).Items;
            var known = items.Take(examples).ToArray();
            var (pool, task) = await BeginAsync(method, known);
            var trainA = method is NewcomerMethod.OwnLora or NewcomerMethod.NeighbourTrained;
            var version = (await world.Core.Tasks.GetAsync(World.Tenant, task, default)).PoolVersion;
            await TrainAsync(pool, version, [task], rate, trainA, Steps, current: false, _ => new Order(known, seed));
            accuracies.Add(await AccuracyAsync(task, [.. items.TakeLast(AskedItems)]));
            await world.Core.Tasks.DeleteAsync(world.Mutation(), task, default);
        }

        return accuracies.Average();
    }

    private int LeftOut(IReadOnlyList<Skill> family) => seed % family.Count;

    private async Task<(PoolName Pool, TaskName Task)> BeginAsync(NewcomerMethod method, IReadOnlyList<DataItem> known)
    {
        switch (method)
        {
            case NewcomerMethod.OwnLora:
                var own = new PoolName($"own-{seed}-{_tasks}");
                await MakePoolAsync(own, seed + _tasks);
                return (own, await RegisterAsync(own));
            case NewcomerMethod.ZeroHeads:
                return (_pool, await RegisterAsync(_pool));
            default:
                var newcomer = new Newcomer(NextName(), _pool, null, null, null, 1, []);
                await world.Core.Similar.RegisterAsync(world.Mutation(), newcomer, new Comparison(_pool, [.. known.Select(item => item.Example)], []), default);
                return (_pool, newcomer.Name);
        }
    }

    private Task<PoolSnapshot> MakePoolAsync(PoolName pool, int initial) => world.Core.Pools.CreateAsync(
        world.Mutation(),
        pool.Pool,
        new PoolSpec(Enum.GetValues<Target>(), 1, 4, 8, Initialisation.Gaussian, null, initial),
        new PoolSharing(PoolVisibility.Private, []),
        default);

    private async Task<TaskName> RegisterAsync(PoolName pool)
    {
        var name = NextName();
        await world.Core.Tasks.RegisterAsync(world.Mutation(), name, pool, null, new TaskSpec(Strategy.Lora, 1, 1), [], default);
        return name;
    }

    private TaskName NextName() => new(World.Tenant, $"s{seed}-{_tasks++}");

    private async Task TrainAsync(
        PoolName pool, int? version, TaskName[] tasks, double rate, bool trainA, int steps, bool current, Func<TaskName, Order> orderOf)
    {
        var orders = tasks.ToDictionary(task => task, orderOf);
        var session = (await world.Core.Sessions.OpenAsync(
            world.Mutation(),
            new OpenSessionSpec(
                pool,
                version,
                [.. tasks.Select(task => new SessionTaskSpec(task, new OptimizerSpec(rate)))],
                trainA ? new OptimizerSpec(rate) : null,
                false),
            default)).Session.Name;
        for (var step = 1; step <= steps; step++)
        {
            TrainingExample[] examples = [.. tasks.SelectMany(task => orders[task].Next(Batch).Select(item => new TrainingExample(task, item.Example)))];
            await world.Core.Steps.TrainStepAsync(new NumberedCall(World.Tenant, session, step, [1]), new BatchSpec(examples), default);
        }

        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec { MakeCurrent = current }, default);
        await world.Core.Sessions.CloseAsync(world.Mutation(), session, default);
    }

    private async Task<double> AccuracyAsync(TaskName task, DataItem[] items)
    {
        var answers = items.Select(_ => new StringBuilder()).ToArray();
        var rows = items.Select(item => new GenerationRow(
            new ModelSource(task, null), new TextPrompt(((CompletionExample)item.Example).Prompt), SamplingOptions.Greedy, [], LongestAnswer, null)).ToArray();
        await foreach (var news in world.Core.Generation.RunAsync(World.Tenant, rows, default))
        {
            answers[news.Row].Append(news.Text);
        }

        return items.Zip(answers).Average(pair => pair.Second.ToString() == ((CompletionExample)pair.First.Example).Completion ? 1.0 : 0.0);
    }

    /// <summary>A file's items in rounds, each round in another order.</summary>
    private sealed class Order(IReadOnlyList<DataItem> items, int seed)
    {
        private readonly SplitMix64 _random = new((ulong)seed);
        private readonly Queue<DataItem> _next = new();

        public IEnumerable<DataItem> Next(int count)
        {
            while (_next.Count < count)
            {
                var round = items.ToList();
                _random.Shuffle(round);
                round.ForEach(_next.Enqueue);
            }

            return [.. Enumerable.Range(0, count).Select(_ => _next.Dequeue())];
        }
    }
}
