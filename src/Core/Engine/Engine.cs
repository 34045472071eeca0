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
/// The one thread that owns every tensor. Each step reads one token for every row that decodes and some of the prompts of
/// those that begin, of all tenants together; long work (training, scoring, making pools) advances unit by unit in what
/// time is left.
/// </summary>
internal sealed class Engine : IDisposable
{
    /// <summary>Weight of the newest step in the mean of what a second is worth.</summary>
    private const double Newest = 0.1;

    private readonly Lock _door = new();
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
    private TimeSpan _step;

    /// <summary>Tokens that rows are served in a second, as the counters count them; a guess until some were.</summary>
    private double _tokensPerSecond = 100;

    /// <param name="model">The base.</param>
    /// <param name="options">The operator's settings.</param>
    /// <param name="metrics">Where steps, rows and memory are counted.</param>
    /// <param name="bank">The adapters that rows run on.</param>
    /// <param name="counters">Whose turn it is, among rows and long work alike.</param>
    /// <param name="source">What gives the engine long work, besides <see cref="RunAsync"/>.</param>
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

    /// <summary>Whether rows run; asked on the engine's thread.</summary>
    public bool IsDecoding => _scheduler.Running > 0;

    /// <summary>Looks for work again; from any thread.</summary>
    public void Wake()
    {
        lock (_door)
        {
            if (!_closed)
            {
                _wake.Set();
            }
        }
    }

    /// <summary>Runs something short on the engine's thread, between two steps.</summary>
    /// <exception cref="PreconditionRejection">The engine has stopped.</exception>
    public Task<T> CallAsync<T>(Func<T> call)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        LetIn(() => _calls.Enqueue(() =>
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

    /// <summary>Runs long work for a tenant, unit by unit beside everything else; ends at the next unit when cancelled.</summary>
    /// <exception cref="PreconditionRejection">The engine has stopped.</exception>
    public Task RunAsync(TenantId tenant, IEnumerable<Unit> units, CancellationToken cancellation)
    {
        var work = new LongWork(tenant, units, cancellation);
        Post(() => _work.Add(work));
        return work.Done;
    }

    /// <summary>Runs something short on the engine's thread, and waits for nothing; it must not throw.</summary>
    /// <exception cref="PreconditionRejection">The engine has stopped.</exception>
    public void Post(Action call) => LetIn(() => _calls.Enqueue(call));

    /// <inheritdoc cref="Scheduler.RequireRoomFor"/>
    public void RequireRoomFor(Sequence row) => _scheduler.RequireRoomFor(row);

    /// <summary>Lets rows wait for their turn.</summary>
    /// <exception cref="ExhaustedRejection">Too many rows wait already.</exception>
    /// <exception cref="PreconditionRejection">The engine has stopped.</exception>
    public void Submit(IReadOnlyList<Sequence> rows)
    {
        LetIn(() => _scheduler.Submit(rows));
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    private static PreconditionRejection Stopped() => new("the server is stopping");

    /// <summary>Bytes of the keys and values of one block, in all layers.</summary>
    private static long BlockBytes(CausalLanguageModel model) =>
        2L * model.Config.Layers * model.Config.KeyValueHeads * model.Config.HeadDim * KeyValueBlocks.Positions
            * (model.DType == TorchSharp.torch.float32 ? sizeof(float) : sizeof(ushort));

    /// <summary>Hands something to the engine's thread; what is let in is answered, be it by <see cref="Stop"/>.</summary>
    private void LetIn(Action enqueue)
    {
        lock (_door)
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
                _wake.WaitOne(_source.Patience);
            }
        }

        Stop();
    }

    /// <summary>Schedule, run, deliver; false when there was nothing to do.</summary>
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

    /// <summary>A fault in a step ends the calls whose rows took part in it, and nothing else.</summary>
    private void Run(List<Stretch> plan)
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

        _step = Stopwatch.GetElapsedTime(started);
        _tokensPerSecond += Newest * (cost / _step.TotalSeconds - _tokensPerSecond);
        _metrics.Stepped(plan.Exists(stretch => stretch.Length > 1) ? StepKind.Prefill : StepKind.Decode, plan.Count, started);
    }

    private void Deliver(List<Stretch> plan, StepLogits? logits)
    {
        var rows = plan.Where(stretch => stretch.GivesToken).Select(stretch => stretch.Row).ToArray();
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
                rows[at].Fail(new PreconditionRejection("the model gave logits that are not finite; the row ends here"));
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
        var worked = IsDecoding ? _work.RunBeside(_step, _tokensPerSecond) : _work.RunOne(_tokensPerSecond);
        if (worked)
        {
            _metrics.Stepped(StepKind.Work, 0, started);
        }

        return worked;
    }

    private void Stop()
    {
        var stopped = Stopped();
        lock (_door)
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
