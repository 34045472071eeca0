using System.Diagnostics;
using CoLA.Core.Fairness;

namespace CoLA.Core.Work;

/// <summary>
/// Long work of all tenants, cut into units that run between decoding steps. The fairness counters that order rows also
/// order units: the duration of a unit is charged as the number of tokens that rows would have been served in that time.
/// While rows decode, units get a time slice after each step, and a unit starts only if it is expected to end within the
/// slice. The unused part of a slice carries over to the next one.
/// </summary>
internal sealed class WorkQueue(VirtualCounters counters)
{
    /// <summary>Length of the time slice after a step, as a fraction of the step's duration.</summary>
    private const double StepShare = 0.5;

    /// <summary>After this many steps in a row in which no unit fitted, one unit runs anyway, so that long work cannot starve.</summary>
    private const int MaximumSkippedSteps = 8;

    private readonly FairQueue<LongWork> _queue = new(counters);
    private int _skippedSteps;
    private TimeSpan _carriedOver;

    public int Count => _queue.Count;

    public void Add(LongWork work) => _queue.Add(work.Tenant, work);

    /// <summary>Runs the next unit, whatever its duration. Returns false if there is none.</summary>
    /// <param name="tokensPerSecond">Tokens that a tenant is charged per second of the engine's time.</param>
    public bool RunOne(double tokensPerSecond)
    {
        if (_queue.Count == 0)
        {
            return false;
        }

        var work = _queue.Of(_queue.Turns()[0]).First();
        Run(work, tokensPerSecond);
        return true;
    }

    /// <summary>Runs the units that fit into the time slice after a decoding step. Returns false if none ran.</summary>
    /// <param name="step">Duration of the last decoding step.</param>
    /// <param name="tokensPerSecond">Tokens that a tenant is charged per second of the engine's time.</param>
    public bool RunBesideDecoding(TimeSpan step, double tokensPerSecond)
    {
        if (_queue.Count == 0)
        {
            _carriedOver = TimeSpan.Zero;
            return false;
        }

        // At most half a slice carries over, so rows never wait longer than one and a half slices.
        var slice = StepShare * step;
        var left = slice + (_carriedOver < slice / 2 ? _carriedOver : slice / 2);
        var ran = false;
        while (NextThatFits(left) is { } work)
        {
            left -= Run(work, tokensPerSecond);
            ran = true;
        }

        _carriedOver = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        if (!ran && ++_skippedSteps < MaximumSkippedSteps)
        {
            return false;
        }

        _skippedSteps = 0;
        return ran || RunOne(tokensPerSecond);
    }

    /// <summary>Ends all work with an exception. The engine calls it when it stops.</summary>
    public void AbandonAll(Exception why)
    {
        foreach (var work in _queue.Turns().SelectMany(_queue.Of).ToArray())
        {
            _queue.Remove(work.Tenant, work);
            work.Abandon(why);
        }
    }

    /// <summary>The first work, in fair order, whose next unit is expected to end within <paramref name="left"/>; null if there is none.</summary>
    private LongWork? NextThatFits(TimeSpan left) =>
        left <= TimeSpan.Zero ? null : _queue.Turns().Select(tenant => _queue.Of(tenant).First()).FirstOrDefault(work => work.Expected <= left);

    private TimeSpan Run(LongWork work, double tokensPerSecond)
    {
        var started = Stopwatch.GetTimestamp();
        var hasMore = work.Advance();
        var taken = Stopwatch.GetElapsedTime(started);
        work.Expected = taken;
        foreach (var (tenant, share) in work.Shares)
        {
            counters.Charge(tenant, share * taken.TotalSeconds * tokensPerSecond);
        }

        if (!hasMore)
        {
            _queue.Remove(work.Tenant, work);
        }

        return taken;
    }
}
