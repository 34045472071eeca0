using CoLA.Core.Data;
using Xunit;

namespace CoLA.Core.Tests.Data;

public sealed class SplitMix64Tests
{
    [Fact]
    public void Next_SeedOfTheReferenceImplementation_GivesItsNumbers()
    {
        var random = new SplitMix64(1234567);

        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL],
            Enumerable.Range(0, 5).Select(_ => random.Next()));
    }

    [Fact]
    public void Below_ManyDraws_AreAllOfTheNumbersAboutAlike()
    {
        var random = SplitMix64.For(1, "test");
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
        {
            counts[random.Below(7)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
    }
}
