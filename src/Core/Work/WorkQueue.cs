using System.Diagnostics;
using CoLA.Core.Fairness;

namespace CoLA.Core.Work;

/// <summary>
/// Long work of all tenants, cut into units that run between the steps of the rows. Whose unit is next, the same counters
/// decide that give rows their turns: time is counted as the tokens that rows would have been served in it. Beside rows,
/// units take at most a share of a step's time, and one begins only where it is likely to end within that. What of a share
/// was too short for a unit is left to the next.
/// </summary>
internal sealed class WorkQueue(VirtualCounters counters)
{
    /// <summary>Share of a step's time that units may take between two steps.</summary>
    private const double Share = 0.5;

    /// <summary>Steps without a unit, because none fits, after which one runs all the same.</summary>
    private const int Patience = 8;

    private readonly FairQueue<LongWork> _works = new(counters);
    private int _stepsWithout;
    private TimeSpan _unspent;

    public int Count => _works.Count;

    public void Add(LongWork work) => _works.Add(work.Tenant, work);

    /// <summary>Runs one unit; false when there is none.</summary>
    /// <param name="tokensPerSecond">What a second of the engine's time is worth.</param>
    public bool RunOne(double tokensPerSecond)
    {
        if (_works.Count == 0)
        {
            return false;
        }

        var work = _works.Of(_works.Turns()[0]).First();
        Run(work, tokensPerSecond);
        return true;
    }

    /// <summary>Runs what fits beside rows whose last step took <paramref name="step"/>; false when nothing ran.</summary>
    public bool RunBeside(TimeSpan step, double tokensPerSecond)
    {
        if (_works.Count == 0)
        {
            _unspent = TimeSpan.Zero;
            return false;
        }

        // Half a share is left over at most: rows never wait for longer than for one and a half.
        var share = Share * step;
        var left = share + (_unspent < share / 2 ? _unspent : share / 2);
        var ran = false;
        while (Fitting(left) is { } work)
        {
            left -= Run(work, tokensPerSecond);
            ran = true;
        }

        _unspent = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        if (!ran && ++_stepsWithout < Patience)
        {
            return false;
        }

        _stepsWithout = 0;
        return ran || RunOne(tokensPerSecond);
    }

    public void AbandonAll(Exception why)
    {
        foreach (var work in _works.Turns().SelectMany(_works.Of).ToArray())
        {
            _works.Remove(work.Tenant, work);
            work.Abandon(why);
        }
    }

    /// <summary>The first in turn whose next unit is expected to end within <paramref name="left"/>.</summary>
    private LongWork? Fitting(TimeSpan left) =>
        left <= TimeSpan.Zero ? null : _works.Turns().Select(tenant => _works.Of(tenant).First()).FirstOrDefault(work => work.Expected <= left);

    private TimeSpan Run(LongWork work, double tokensPerSecond)
    {
        var started = Stopwatch.GetTimestamp();
        var goesOn = work.Advance();
        var taken = Stopwatch.GetElapsedTime(started);
        work.Expected = taken;
        foreach (var (tenant, share) in work.Shares)
        {
            counters.Charge(tenant, share * taken.TotalSeconds * tokensPerSecond);
        }

        if (!goesOn)
        {
            _works.Remove(work.Tenant, work);
        }

        return taken;
    }
}
