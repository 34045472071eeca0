using CoLA.Core.Kernels;
using Xunit;

namespace CoLA.Core.Tests.Kernels;

public sealed class KernelTeamTests
{
    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 1)]
    [InlineData(2, 64)]
    [InlineData(5, 3)]
    public unsafe void Run_AnyChunks_DoesEachOnce(int threads, int chunks)
    {
        using var team = new KernelTeam(threads);
        var counts = stackalloc int[chunks];
        for (var round = 1; round <= 2000; round++)
        {
            var job = new Count { Counts = counts };

            team.Run(ref job, chunks);

            for (var chunk = 0; chunk < chunks; chunk++)
            {
                Assert.Equal(round, counts[chunk]);
            }
        }
    }

    [Fact]
    public unsafe void Run_AfterTheHelpersFellAsleep_IsDone()
    {
        using var team = new KernelTeam(3);
        var counts = stackalloc int[16];
        for (var round = 1; round <= 20; round++)
        {
            var job = new Count { Counts = counts };
            team.Run(ref job, 16);
            Assert.True(SpinWait.SpinUntil(() => team.Asleep == 2, TimeSpan.FromSeconds(30)));
        }

        Assert.Equal(20, counts[15]);
    }

    private unsafe struct Count : IKernelJob
    {
        public int* Counts;

        public readonly void Run(int chunk) => Interlocked.Increment(ref Counts[chunk]);
    }
}
