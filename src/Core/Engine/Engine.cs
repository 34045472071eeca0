using System.Collections.Concurrent;
using System.Diagnostics;
using CoLA.Core.Adapters;
using CoLA.Core.Cache;
using CoLA.Core.Inference;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using static TorchSharp.torch;

namespace CoLA.Core.Engine;

/// <summary>
/// The one thread that owns every tensor. Rows of all tenants decode together; prompts are read in chunks between, and
/// long work (training, scoring, making pools) advances unit by unit in what time is left.
/// </summary>
internal sealed class Engine : IDisposable
{
    /// <summary>Share of a decode step's time that long work may take between two decode steps.</summary>
    private const double WorkShare = 0.5;

    private readonly Lock _door = new();
    private readonly ConcurrentQueue<Action> _calls = new();
    private readonly Queue<LongWork> _work = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly EngineOptions _options;
    private readonly KeyValueCache _cache;
    private readonly LaneAdapters _lanes;
    private readonly WaitingRows _waiting;
    private readonly RunningRows _rows;
    private readonly ModelRunner _runner;
    private readonly EngineMetrics _metrics;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private bool _closed;
    private long _decodeTicks;

    public Engine(CausalLanguageModel model, EngineOptions options, EngineMetrics metrics)
    {
        _options = options;
        _metrics = metrics;
        _metrics.KeyValueBudget = options.KeyValueMemory;
        _cache = new KeyValueCache(model.Config, model.Device, model.DType);
        _lanes = new LaneAdapters(model.Device, model.DType);
        _waiting = new WaitingRows(options, _cache);
        _rows = new RunningRows(_cache, _lanes);
        _runner = new ModelRunner(model, _cache, _lanes);
        Model = model;
        _thread = new Thread(Loop) { IsBackground = true, Name = "CoLA engine" };
        _thread.Start();
    }

    public CausalLanguageModel Model { get; }

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

    /// <summary>Runs long work, unit by unit beside everything else; ends at the next unit when cancelled.</summary>
    /// <exception cref="PreconditionRejection">The engine has stopped.</exception>
    public Task RunAsync(IEnumerable<Unit> units, CancellationToken cancellation)
    {
        var work = new LongWork(units, cancellation);
        LetIn(() => _calls.Enqueue(() => _work.Enqueue(work)));
        return work.Done;
    }

    /// <summary>Whether a row could ever run.</summary>
    /// <exception cref="ExhaustedRejection">Its keys and values alone are more than the server has room for.</exception>
    public void RequireRoomFor(Sequence row) => _waiting.RequireRoomFor(row);

    /// <summary>Lets rows wait for their turn; those of one call begin together.</summary>
    /// <exception cref="ExhaustedRejection">Too many rows wait already.</exception>
    /// <exception cref="PreconditionRejection">The engine has stopped.</exception>
    public void Submit(IReadOnlyList<Sequence> rows)
    {
        LetIn(() => _waiting.Submit(rows));
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    private static PreconditionRejection Stopped() => new("the server is stopping");

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
                _wake.WaitOne();
            }
        }

        Stop();
    }

    /// <summary>Schedule, run, deliver; false when there was nothing to do.</summary>
    private bool Step()
    {
        var called = Call();
        DropCancelled();
        Admit();
        var prefilled = _rows.Decoding < _rows.Count && Guarded(Prefill);
        var decoded = _rows.Decoding > 0 && Guarded(Decode);
        var worked = Work();
        _metrics.Running = _rows.Count;
        _metrics.Waiting = _waiting.Count;
        _metrics.KeyValueBytes = _cache.Bytes;
        return called || prefilled || decoded || worked;
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

    private void DropCancelled()
    {
        for (var slot = _rows.Count - 1; slot >= 0; slot--)
        {
            if (_rows[slot].IsCancelled)
            {
                _rows.Remove(slot);
            }
        }
    }

    private void Admit()
    {
        while (_waiting.Next(_rows) is { } next)
        {
            try
            {
                var adapter = next.Adapter();
                _cache.EnsureRoom(_rows.Count + 1, Math.Max(_rows.LongestNeed, next.MostPositions));
                _rows.Add(next, adapter);
                next.Timing.Admit();
            }
            catch (Rejection rejection)
            {
                next.Fail(rejection);
            }
            catch (Exception fault)
            {
                next.Crash(fault);
            }
        }
    }

    private void Prefill()
    {
        var started = Stopwatch.GetTimestamp();
        var (rows, finished, logits) = _runner.Prefill(_rows, _options.PrefillTokens);
        if (logits is not null)
        {
            var first = _rows.Decoding;
            for (var row = 0; row < finished; row++)
            {
                _rows.StartDecoding();
            }

            Deliver(first, finished, logits);
        }

        _metrics.Stepped(StepKind.Prefill, rows, started);
    }

    private void Decode()
    {
        var started = Stopwatch.GetTimestamp();
        var rows = _rows.Decoding;
        Deliver(0, rows, _runner.Decode(_rows));
        _metrics.Stepped(StepKind.Decode, rows, started);
        _decodeTicks = Stopwatch.GetTimestamp() - started;
    }

    private void Deliver(int first, int count, Tensor logits)
    {
        using var own = logits;
        var rows = Enumerable.Range(first, count).Select(slot => _rows[slot]).ToArray();
        var tokens = TokenChooser.Choose(rows, logits);

        // From behind, so that a row that leaves is filled from rows that were already served.
        for (var at = count - 1; at >= 0; at--)
        {
            if (tokens[at] is not { } token)
            {
                rows[at].Fail(new PreconditionRejection("the model gave logits that are not finite; the row ends here"));
                _rows.Remove(first + at);
            }
            else if (rows[at].Accept(token))
            {
                _rows.Remove(first + at);
            }
        }
    }

    /// <summary>A fault in a step ends the calls whose rows took part in it, and nothing else.</summary>
    private bool Guarded(Action step)
    {
        try
        {
            step();
        }
        catch (Exception fault)
        {
            while (_rows.Count > 0)
            {
                _rows[_rows.Count - 1].Crash(fault);
                _rows.Remove(_rows.Count - 1);
            }
        }

        return true;
    }

    private bool Work()
    {
        if (_work.Count == 0)
        {
            return false;
        }

        var started = Stopwatch.GetTimestamp();
        do
        {
            var work = _work.Dequeue();
            var unit = Stopwatch.GetTimestamp();
            if (work.Advance())
            {
                _work.Enqueue(work);
            }

            _metrics.Stepped(StepKind.Work, 0, unit);
        }
        while (_work.Count > 0 && _rows.Count > 0 && Stopwatch.GetTimestamp() - started < WorkShare * _decodeTicks);
        return true;
    }

    private void Stop()
    {
        var stopped = Stopped();
        lock (_door)
        {
            _closed = true;
        }

        Call();
        while (_rows.Count > 0)
        {
            _rows[_rows.Count - 1].Fail(stopped);
            _rows.Remove(_rows.Count - 1);
        }

        _waiting.FailAll(stopped);

        while (_work.TryDequeue(out var work))
        {
            work.Abandon(stopped);
        }

        _lanes.Dispose();
        _cache.Dispose();
    }
}
