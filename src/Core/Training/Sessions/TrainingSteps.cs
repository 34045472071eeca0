using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Passes;
using CoLA.Core.Work;

namespace CoLA.Core.Training.Sessions;

/// <summary>The calls of a session that compute: gradients, optimizer steps, losses.</summary>
public sealed class TrainingSteps
{
    private readonly SessionHost _host;
    private readonly Engine.Engine _engine;
    private readonly TrainingQueue _queue;
    private readonly SessionLoader _loader;
    private readonly ExampleEncoder _encoder;
    private readonly PassOptions _options;
    private readonly TokenMetrics _tokens;

    internal TrainingSteps(
        SessionHost host, Engine.Engine engine, TrainingQueue queue, SessionLoader loader, BaseModel model, PassOptions options, TokenMetrics tokens)
    {
        _host = host;
        _engine = engine;
        _queue = queue;
        _loader = loader;
        _encoder = new ExampleEncoder(model.Config, model.Tokenizer);
        _options = options;
        _tokens = tokens;
    }

    /// <summary>ForwardBackward and OptimStep in one, with the session's optimizers.</summary>
    /// <param name="call">Who calls, under which number.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="cancellation">Observed between units of work; a cancelled step has changed nothing.</param>
    /// <exception cref="PreconditionRejection">Not the next number, or a loss that is not finite; nothing has changed.</exception>
    public Task<StepReport> TrainStepAsync(NumberedCall call, BatchSpec batch, CancellationToken cancellation) =>
        GradientsAsync(call, batch, gradients => gradients.Apply(), cancellation);

    /// <summary>Adds the gradients of the examples to those that earlier calls have accumulated.</summary>
    /// <inheritdoc cref="TrainStepAsync"/>
    public Task<LossReport> ForwardBackwardAsync(NumberedCall call, BatchSpec batch, CancellationToken cancellation) =>
        GradientsAsync(call, batch, gradients => gradients.Accumulate(), cancellation);

    /// <summary>Takes an optimizer step with the accumulated gradients.</summary>
    /// <param name="call">Who calls, under which number.</param>
    /// <param name="spec">Which tasks to update, and with which optimizers.</param>
    /// <param name="cancellation">Cancels the wait for earlier calls.</param>
    /// <exception cref="PreconditionRejection">Not the next number, or there is nothing to apply; nothing has changed.</exception>
    public Task<OptimStepReport> OptimStepAsync(NumberedCall call, OptimStepSpec spec, CancellationToken cancellation) => AcceptAsync<OptimStepReport>(
        call,
        async (session, live) =>
        {
            spec.Validate();
            var tensors = await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            OptimStepReport? report = null;
            IEnumerable<Unit> Run()
            {
                report = new WeightUpdate(tensors.Pool, tensors.Tasks, spec, _engine.Model.Team).Apply();
                if (report is { Tasks.Count: 0, Pool: null })
                {
                    throw new PreconditionRejection($"{session.Name} has no gradient to apply; ForwardBackward makes one");
                }

                live.Accept(call, report);
                yield break;
            }

            await _engine.RunAsync(call.Caller, Run(), cancellation).ConfigureAwait(false);
            return report!;
        },
        cancellation);

    /// <summary>The losses of the working copies; nothing changes. A random coupling is computed by its mean, as it is served.</summary>
    public Task<LossReport> EvaluateAsync(TenantId caller, SessionName name, BatchSpec batch, CancellationToken cancellation) => _host.EnterAsync(
        caller,
        name,
        async (session, live) =>
        {
            var rows = Encode(session, batch);
            var tensors = await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            var pass = new PassCall(tensors.Pool, tensors.Tasks, rows, batch.Loss) { GivesLogProbabilities = batch.LogProbabilities };
            int TokenBudget() => batch.Deterministic || _engine.IsDecoding ? _options.TrainingTokensBesideDecoding : _options.TrainingTokens;
            await _engine.RunAsync(caller, new TrainingPass(_engine.Model).Run(pass, TokenBudget, gradients: false), cancellation).ConfigureAwait(false);
            Count(caller, rows, (account, tokens) => account.Scored(tokens));
            return pass.Report();
        },
        cancellation);

    /// <summary>Computes the gradients of the examples; <paramref name="finish"/> then uses them and makes the report.</summary>
    private Task<T> GradientsAsync<T>(NumberedCall number, BatchSpec batch, Func<GradientCall, T> finish, CancellationToken cancellation)
        where T : class => AcceptAsync<T>(
        number,
        async (session, live) =>
        {
            var rows = Encode(session, batch);
            var tensors = await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            T? report = null;
            var call = new GradientCall(_engine.Model, tensors.Pool, tensors.Tasks, rows, batch.Loss)
            {
                Tenant = number.Caller,
                Rhythm = live.Rhythm,
                NormaliserOf = batch.NormaliserOf,
                GivesLogProbabilities = batch.LogProbabilities,
                Deterministic = batch.Deterministic,
                Cancellation = cancellation,
                Finish = call => live.Accept(number, report = finish(call)),
            };
            _engine.Post(() => _queue.Add(call));
            await call.Done.ConfigureAwait(false);
            Count(number.Caller, rows, (account, tokens) => account.Trained(tokens));
            return report!;
        },
        cancellation);

    /// <summary>The stored reply if the call was accepted before; otherwise <paramref name="act"/> runs.</summary>
    private Task<T> AcceptAsync<T>(NumberedCall call, Func<SessionSnapshot, LiveSession, Task<T>> act, CancellationToken cancellation)
        where T : class => _host.EnterAsync(
        call.Caller,
        call.Session,
        async (session, live) => live.ReplyTo<T>(call) ?? await act(session, live).ConfigureAwait(false),
        cancellation);

    /// <summary>Counts the tokens of each task's rows that have weight.</summary>
    private void Count(TenantId caller, IReadOnlyList<EncodedExample> rows, Action<TokenAccount, long> count)
    {
        foreach (var task in rows.Where(row => row is { Task: not null, Weight: > 0 }).GroupBy(row => row.Task))
        {
            count(_tokens.Of(caller, task.Key), task.Sum(row => (long)row.Ids.Count));
        }
    }

    /// <summary>The examples as rows of token ids, after everything that the caller chose has been checked.</summary>
    private IReadOnlyList<EncodedExample> Encode(SessionSnapshot session, BatchSpec batch)
    {
        var held = session.Tasks.Select(task => task.Task).ToHashSet();
        InvalidArgumentRejection.ThrowIfAny([.. batch.Examples.Index()
            .Where(example => !held.Contains(example.Item.Task))
            .Select(example => new FieldViolation($"examples[{example.Index}].task", $"{example.Item.Task} is not in {session.Name}"))]);
        batch.Validate();
        var rows = _encoder.Encode(batch.Examples);
        InvalidArgumentRejection.ThrowIfAny([.. rows
            .Select(row => (row.Place, Problem: batch.Loss.ProblemOf(row)))
            .Where(row => row.Problem is not null)
            .DistinctBy(row => row.Place)
            .Select(row => new FieldViolation($"examples[{row.Place}]", row.Problem!))]);
        return rows;
    }
}
