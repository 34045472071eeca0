using CoLA.Core.Fairness;
using CoLA.Core.Naming;
using CoLA.Core.Work;
using Xunit;

namespace CoLA.Core.Tests.Work;

public sealed class WorkQueueTests
{
    private static readonly TenantId Acme = new("acme");
    private static readonly TenantId Globex = new("globex");
    private static readonly TimeSpan LongStep = TimeSpan.FromHours(1);

    private readonly VirtualCounters _counters = new();
    private readonly List<string> _done = [];

    [Fact]
    public void RunBesideDecoding_EverythingFits_RunsToTheEnd()
    {
        var queue = Queue((Acme, "a"), (Acme, "b"));

        Assert.True(queue.RunBesideDecoding(LongStep, 1));

        Assert.Equal(["a0", "a1", "a2", "b0", "b1", "b2"], _done);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void RunBesideDecoding_NothingFits_OneUnitRunsAfterSomeSteps()
    {
        var queue = Queue((Acme, "a"));
        Assert.True(queue.RunOne(1));

        // The first unit took some time, so the expected duration does not fit into the empty slice of a step of length zero.
        var ran = Enumerable.Range(0, 16).Select(_ => queue.RunBesideDecoding(TimeSpan.Zero, 1)).ToArray();

        Assert.Equal(2, ran.Count(it => it));
        Assert.False(ran[0]);
        Assert.Equal(["a0", "a1", "a2"], _done);
    }

    [Theory]
    [InlineData(0.7, true)]
    [InlineData(0.8, false)] // longer than a slice plus the half slice that may carry over
    public void RunBesideDecoding_LastSliceWasTooShort_ItCarriesOver(double steps, bool runs)
    {
        var queue = new WorkQueue(_counters);
        queue.Add(new LongWork(Acme, Units("a"), default) { Expected = steps * LongStep });

        Assert.False(queue.RunBesideDecoding(LongStep, 1));
        Assert.Equal(runs, queue.RunBesideDecoding(LongStep, 1));
    }

    [Fact]
    public void RunOne_TwoTenants_TheOneServedLessIsNext()
    {
        var queue = Queue((Acme, "a"), (Globex, "g"));
        _counters.Charge(Acme, 1000);

        // Three units, and the turn in which the work turns out to have ended
        for (var turn = 0; turn < 5; turn++)
        {
            queue.RunOne(1);
        }

        Assert.Equal(["g0", "g1", "g2", "a0"], _done);
    }

    [Fact]
    public async Task RunOne_UnitThrows_ItsWorkEndsAndTheNextRuns()
    {
        var queue = new WorkQueue(_counters);
        var broken = new LongWork(Acme, Enumerable.Range(0, 1).Select<int, Unit>(_ => throw new InvalidOperationException("broken")), default);
        queue.Add(broken);
        queue.Add(new LongWork(Acme, Units("a"), default));

        queue.RunOne(1);
        queue.RunOne(1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => broken.Done);
        Assert.Equal(["a0"], _done);
    }

    private WorkQueue Queue(params (TenantId Tenant, string Name)[] works)
    {
        var queue = new WorkQueue(_counters);
        foreach (var (tenant, name) in works)
        {
            queue.Add(new LongWork(tenant, Units(name), default));
        }

        return queue;
    }

    private IEnumerable<Unit> Units(string name)
    {
        for (var unit = 0; unit < 3; unit++)
        {
            _done.Add($"{name}{unit}");
            yield return Unit.LayerForward;
        }
    }
}
