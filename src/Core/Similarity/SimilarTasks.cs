using System.Globalization;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Inference;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Passes;

namespace CoLA.Core.Similarity;

/// <summary>
/// Finds the tasks of a pool whose heads predict the examples of a new task best, and registers a new task that starts from
/// the best of them. All candidates are scored together, in batches under the token budget, as long work between decoding
/// steps.
/// </summary>
public sealed class SimilarTasks
{
    private readonly RequestGate _gate = new();
    private readonly BaseModel _model;
    private readonly PoolCatalog _pools;
    private readonly TaskCatalog _tasks;
    private readonly ArtifactStore _artifacts;
    private readonly Engine.Engine _engine;
    private readonly AdapterBank _bank;
    private readonly ExampleEncoder _encoder;
    private readonly int _tokenBudget;
    private readonly TokenMetrics _tokens;

    internal SimilarTasks(
        BaseModel model,
        PoolCatalog pools,
        TaskCatalog tasks,
        ArtifactStore artifacts,
        Engine.Engine engine,
        AdapterBank bank,
        PassOptions options,
        TokenMetrics tokens)
    {
        _model = model;
        _pools = pools;
        _tasks = tasks;
        _artifacts = artifacts;
        _engine = engine;
        _bank = bank;
        _encoder = new ExampleEncoder(model.Config, model.Tokenizer);
        _tokenBudget = options.TrainingTokens;
        _tokens = tokens;
    }

    /// <summary>Scores the examples under the base model and under the served version of every candidate.</summary>
    /// <param name="caller">The tenant. It may use the pool, and it owns each candidate or has the LEND grant on it.</param>
    /// <param name="asked">What to compare.</param>
    /// <param name="cancellation">Checked after every layer.</param>
    /// <exception cref="InvalidArgumentRejection">There are too many candidates or examples, or one of them is invalid.</exception>
    public async Task<Ranking> FindAsync(TenantId caller, Comparison asked, CancellationToken cancellation)
    {
        var candidates = await _tasks.LentAsync(caller, asked.Pool, asked.Candidates, Comparison.MaximumCandidates, cancellation).ConfigureAwait(false);
        var examples = Encode(asked);
        var sources = candidates.Select(candidate => AdapterSource.Of(candidate, _artifacts)).ToArray();
        var texts = Texts(examples, -1, null).ToList();
        for (var at = 0; at < candidates.Count; at++)
        {
            if (sources[at] is { } adapter)
            {
                texts.AddRange(Texts(examples, at, adapter));
            }
        }

        await _engine.RunAsync(caller, new ScoringPass(_model.Language, _bank, [.. texts.Select(text => text.Text)], _tokenBudget).Run(), cancellation)
            .ConfigureAwait(false);

        var weight = examples.Sum(example => example.Weight);
        var scored = texts.GroupBy(text => text.Text.Row).ToDictionary(group => group.Key, group => LossOf(group, weight));
        foreach (var group in texts.GroupBy(text => text.Text.Row))
        {
            _tokens.Of(caller, group.Key < 0 ? null : candidates[group.Key].Task).Scored(group.Sum(text => (long)text.Text.Ids.Count));
        }

        // A version that was never trained computes the base model.
        var ofBase = scored[-1].Failure is { } fault ? throw fault : new RankedTask(null, null, scored[-1].Loss, null);
        var ranked = candidates.Select((candidate, at) =>
        {
            var (loss, failure) = scored.TryGetValue(at, out var own) ? own : (ofBase.Loss, null);
            return new RankedTask(
                new TaskVersionName(candidate.Task, candidate.Number),
                new PoolVersionName(candidate.PoolVersion.Pool, candidate.PoolVersion.Number),
                loss,
                failure);
        });
        return new Ranking(
            [.. ranked.Prepend(ofBase).OrderBy(task => task.Failure is not null).ThenBy(task => task.Loss)],
            examples.Sum(example => example.Weights.Skip(1).LongCount(label => label > 0)),
            texts.Sum(text => (long)text.Text.Ids.Count));
    }

    /// <summary>
    /// Registers a task that starts from the most similar candidate. If the base model is best, the task starts like any other
    /// new task, with the requested strategy and N; the default is HEURISTIC with N = M.
    /// </summary>
    public Task<RegisteredTask> RegisterAsync(Mutation mutation, Newcomer newcomer, Comparison asked, CancellationToken cancellation) => _gate.EnterAsync(
        mutation,
        async () =>
        {
            if (await _tasks.FindRegisteredAsync(mutation, cancellation).ConfigureAwait(false) is { } registered)
            {
                return registered;
            }

            await _tasks.RequireRegistrableAsync(mutation.Tenant, newcomer.Name, newcomer.Pool, newcomer.Grants, cancellation).ConfigureAwait(false);
            var ranking = await FindAsync(mutation.Tenant, asked, cancellation).ConfigureAwait(false);
            return ranking.Best is { } best
                ? await _tasks.RegisterFromAsync(mutation, newcomer, best.Task, best.Number, [Better(ranking, best)], cancellation).ConfigureAwait(false)
                : await _tasks.RegisterAsync(
                    mutation,
                    newcomer.Name,
                    newcomer.Pool,
                    newcomer.PoolVersion,
                    await SpecOfAsync(newcomer, mutation.Tenant, cancellation).ConfigureAwait(false),
                    newcomer.Grants,
                    cancellation,
                    BaseIsBest(ranking)).ConfigureAwait(false);
        },
        cancellation);

    private static IEnumerable<WeightedText> Texts(IReadOnlyList<EncodedExample> examples, int candidate, AdapterSource? adapter) =>
        examples.Where(example => example.Weight > 0).Select(example => new WeightedText(example, candidate, adapter));

    private static (double Loss, Rejection? Failure) LossOf(IEnumerable<WeightedText> texts, double weight)
    {
        if (texts.Select(text => text.Text.Failure).FirstOrDefault(failure => failure is not null) is { } failure)
        {
            return (double.NaN, failure);
        }

        var loss = texts.Sum(text => text.LossSum) / weight;
        return double.IsFinite(loss) ? (loss, null) : (double.NaN, new PreconditionRejection("the model produced logits that are not finite"));
    }

    private static string Better(Ranking ranking, TaskVersionName best) => string.Create(
        CultureInfo.InvariantCulture,
        $"the task starts from {best}: {ranking.Ranked[0].Loss:0.####} nats per labelled token, the base model {ranking.Base.Loss:0.####}");

    private static string BaseIsBest(Ranking ranking) => string.Create(
        CultureInfo.InvariantCulture,
        $"no task is more similar than the base model ({ranking.Base.Loss:0.####} nats per labelled token), so the task starts like any other new task");

    private IReadOnlyList<EncodedExample> Encode(Comparison asked)
    {
        if (asked.Examples.Count > Comparison.MaximumExamples)
        {
            throw new InvalidArgumentRejection(
                "examples", $"are {asked.Examples.Count}; send at most {Comparison.MaximumExamples}, a few are enough to tell tasks apart");
        }

        var examples = _encoder.Encode(asked.Examples);
        if (examples.Any(example => example.IsOfPair))
        {
            throw new InvalidArgumentRejection("examples", "contain a preference pair; tasks are compared on single answers, send only the chosen ones");
        }

        return examples.Any(example => example.Weight > 0)
            ? examples
            : throw new InvalidArgumentRejection("examples", "have no token of weight above 0; there is nothing to predict");
    }

    private async ValueTask<TaskSpec> SpecOfAsync(Newcomer newcomer, TenantId caller, CancellationToken cancellation)
    {
        if (newcomer.Strategy is { } strategy)
        {
            return new TaskSpec(strategy, newcomer.N ?? 1, newcomer.Seed);
        }

        var pool = await _pools.GetAsync(caller, newcomer.Pool, cancellation).ConfigureAwait(false);
        return new TaskSpec(Strategy.Heuristic, newcomer.N ?? pool.Spec.M, newcomer.Seed);
    }
}
