using System.Collections.Concurrent;
using System.Diagnostics;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Cache;
using CoLA.Core.Engine.Runners;
using CoLA.Core.Fairness;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Sequences;
using CoLA.Core.Telemetry;
using CoLA.Core.Work;

namespace CoLA.Core.Engine;

/// <summary>
/// The one thread that owns every tensor. Each step decodes one token for every running row and prefills chunks of new
/// prompts, for all tenants in one batch. Long work (training, scoring, making pools) advances unit by unit between steps.
/// The engine does not know what the long work computes, and it knows no text.
/// </summary>
internal sealed class Engine : IDisposable
{
    /// <summary>Weight of the newest step in the running average of <see cref="_tokensPerSecond"/>.</summary>
    private const double SpeedSmoothing = 0.1;

    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<Action> _calls = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly KeyValueBlocks _blocks;
    private readonly Scheduler _scheduler;
    private readonly WorkQueue _work;
    private readonly IWorkSource _source;
    private readonly IModelRunner _runner;
    private readonly EngineMetrics _metrics;
    private readonly long _blockBytes;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private bool _closed;
    private TimeSpan _lastStep;

    /// <summary>
    /// Running average of the cost that rows are charged per second, in the counters' tokens. It converts the time of long
    /// work to tokens. The initial value is a guess that holds until the first step.
    /// </summary>
    private double _tokensPerSecond = 100;

    /// <param name="model">The base model.</param>
    /// <param name="options">The operator's settings.</param>
    /// <param name="metrics">Receives counts of steps, rows and memory.</param>
    /// <param name="bank">Holds the adapters that rows run on.</param>
    /// <param name="counters">Decides which tenant is next, for rows and for long work.</param>
    /// <param name="source">Gives the engine long work, in addition to <see cref="RunAsync"/>.</param>
    public Engine(
        CausalLanguageModel model, EngineOptions options, EngineMetrics metrics, AdapterBank bank, VirtualCounters counters, IWorkSource source)
    {
        Model = model;
        _metrics = metrics;
        _metrics.KeyValueBudget = options.KeyValueMemory;
        _blockBytes = BlockBytes(model);
        _blocks = new KeyValueBlocks(options.BlocksOf(_blockBytes));
        _runner = model.Team is null ? new TensorRunner(model, _blocks.Capacity) : new KernelRunner(model, _blocks.Capacity);
        _scheduler = new Scheduler(options, _blocks, bank, counters, metrics, _runner.IsInvariant);
        _work = new WorkQueue(counters);
        _source = source;
        _thread = new Thread(Loop) { IsBackground = true, Name = "CoLA engine" };
        _thread.Start();
    }

    public CausalLanguageModel Model { get; }

    /// <summary>Whether rows are running. Read it on the engine's thread only.</summary>
    public bool IsDecoding => _scheduler.Running > 0;

    /// <summary>Makes a sleeping engine look for work. Any thread may call it; it does nothing after the engine has stopped.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _wake.Set();
            }
        }
    }

    /// <summary>
    /// Runs a short function on the engine's thread, between two steps. The task ends with the function's result or exception.
    /// </summary>
    /// <exception cref="PreconditionRejection">The engine has stopped.</exception>
    public Task<T> CallAsync<T>(Func<T> call)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(() => _calls.Enqueue(() =>
        {
            try
            {
                done.SetResult(call());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        }));
        return done.Task;
    }

    /// <summary>Runs long work for a tenant, unit by unit, between the steps of the rows. Cancellation takes effect before the next unit.</summary>
    /// <exception cref="PreconditionRejection">The engine has stopped.</exception>
    public Task RunAsync(TenantId tenant, IEnumerable<Unit> units, CancellationToken cancellation)
    {
        var work = new LongWork(tenant, units, cancellation);
        Post(() => _work.Add(work));
        return work.Done;
    }

    /// <summary>Runs a short action on the engine's thread and does not wait for it. The action must not throw.</summary>
    /// <exception cref="PreconditionRejection">The engine has stopped.</exception>
    public void Post(Action call) => Enqueue(() => _calls.Enqueue(call));

    /// <inheritdoc cref="Scheduler.RequireRoomFor"/>
    public void RequireRoomFor(Sequence row) => _scheduler.RequireRoomFor(row);

    /// <summary>Adds rows to the waiting queue. Any thread may call it.</summary>
    /// <exception cref="InvalidArgumentRejection">There are more rows than the queue can ever hold.</exception>
    /// <exception cref="ExhaustedRejection">The queue has no room for all of the rows now; none was added.</exception>
    /// <exception cref="PreconditionRejection">The engine has stopped.</exception>
    public void Submit(IReadOnlyList<Sequence> rows)
    {
        Enqueue(() => _scheduler.Submit(rows));
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    private static PreconditionRejection Stopped() => new("the server is stopping");

    /// <summary>Bytes that the keys and values of one block take in all layers.</summary>
    private static long BlockBytes(CausalLanguageModel model) =>
        2L * model.Config.Layers * model.Config.KeyValueHeads * model.Config.HeadDim * KeyValueBlocks.Positions
            * (model.DType == TorchSharp.torch.float32 ? sizeof(float) : sizeof(ushort));

    /// <summary>
    /// Hands a call to the engine's thread, or throws if the engine has stopped. Every accepted call gets an answer:
    /// <see cref="Stop"/> answers the calls that are still queued.
    /// </summary>
    private void Enqueue(Action enqueue)
    {
        lock (_gate)
        {
            if (_closed)
            {
                throw Stopped();
            }

            enqueue();
            _wake.Set();
        }
    }

    private void Loop()
    {
        while (!_stopping)
        {
            if (!Step())
            {
                _wake.WaitOne(_source.MaximumSleep);
            }
        }

        Stop();
    }

    /// <summary>Schedules, runs and delivers one step. Returns false if there was nothing to do.</summary>
    private bool Step()
    {
        var called = Call();
        var plan = _scheduler.Plan();
        if (plan.Count > 0)
        {
            Run(plan);
        }

        var worked = Work();
        _metrics.Running = _scheduler.Running;
        _metrics.Waiting = _scheduler.Waiting;
        _metrics.KeyValueBytes = _blocks.InUse * _blockBytes;
        return called || plan.Count > 0 || worked;
    }

    private bool Call()
    {
        var any = false;
        while (_calls.TryDequeue(out var call))
        {
            call();
            any = true;
        }

        return any;
    }

    /// <summary>Runs one step. A fault ends the calls whose rows took part in the step, and no others.</summary>
    private void Run(List<RowChunk> plan)
    {
        var started = Stopwatch.GetTimestamp();
        var cost = plan.Sum(Scheduler.CostOf);
        try
        {
            using var logits = _runner.Run(plan);
            Deliver(plan, logits);
        }
        catch (Exception fault)
        {
            foreach (var (row, _) in plan)
            {
                row.Crash(fault);
                _scheduler.Remove(row);
            }
        }

        _lastStep = Stopwatch.GetElapsedTime(started);
        _tokensPerSecond += SpeedSmoothing * (cost / _lastStep.TotalSeconds - _tokensPerSecond);
        _metrics.Stepped(plan.Exists(chunk => chunk.Length > 1) ? StepKind.Prefill : StepKind.Decode, plan.Count, started);
    }

    private void Deliver(List<RowChunk> plan, StepLogits? logits)
    {
        var rows = plan.Where(chunk => chunk.ProducesToken).Select(chunk => chunk.Row).ToArray();
        plan.ForEach(_scheduler.Advance);
        if (logits is null)
        {
            return;
        }

        var tokens = TokenChooser.Choose(rows, logits);
        for (var at = 0; at < rows.Length; at++)
        {
            if (tokens[at] is not { } token)
            {
                rows[at].Fail(new PreconditionRejection("the model produced logits that are not finite; the row ends here"));
                _scheduler.Remove(rows[at]);
            }
            else if (rows[at].Accept(token))
            {
                _scheduler.Remove(rows[at]);
            }
        }
    }

    private bool Work()
    {
        if (_source.Next(IsDecoding) is { } work)
        {
            _work.Add(work);
        }

        var started = Stopwatch.GetTimestamp();
        var worked = IsDecoding ? _work.RunBesideDecoding(_lastStep, _tokensPerSecond) : _work.RunOne(_tokensPerSecond);
        if (worked)
        {
            _metrics.Stepped(StepKind.Work, 0, started);
        }

        return worked;
    }

    private void Stop()
    {
        var stopped = Stopped();
        lock (_gate)
        {
            _closed = true;
        }

        Call();
        _scheduler.FailAll(stopped);
        _work.AbandonAll(stopped);
        _source.FailAll(stopped);
        _runner.Dispose();
    }
}
