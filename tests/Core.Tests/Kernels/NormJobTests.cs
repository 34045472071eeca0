using CoLA.Core.Kernels;
using Xunit;

namespace CoLA.Core.Tests.Kernels;

public sealed unsafe class NormJobTests
{
    private const float Epsilon = 1e-5f;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(23)]
    [InlineData(100)]
    public void Run_AnyWidth_AddsTheBranchAndNormsTheSum(int width)
    {
        const int tokens = 5;
        using GuardedFloats branch = new(tokens * width, 1), hidden = new(tokens * width, 2), normed = new(tokens * width, 3), weight = new(width, 4);
        var before = hidden.Copy();
        var tiles = stackalloc TokenTile[2];
        tiles[0] = new TokenTile { First = 0, Count = 3, Run = -1 };
        tiles[1] = new TokenTile { First = 3, Count = 2, Run = -1 };
        var job = new NormJob
        {
            Tiles = tiles,
            Width = width,
            Branch = branch.Start,
            Hidden = hidden.Start,
            Normed = normed.Start,
            Weight = weight.Start,
            Epsilon = Epsilon,
        };

        job.Run(0);
        job.Run(1);

        for (var token = 0; token < tokens; token++)
        {
            var row = Enumerable.Range(token * width, width).ToArray();
            double[] sum = [.. row.Select(at => (double)before[at] + branch.Values[at])];
            var factor = 1 / Math.Sqrt(sum.Sum(value => value * value) / width + Epsilon);
            for (var at = 0; at < width; at++)
            {
                Assert.Equal(sum[at], hidden.Values[row[at]], 1e-6);
                Assert.Equal(sum[at] * factor * weight.Values[at], normed.Values[row[at]], 1e-5);
            }
        }

        hidden.Check();
        normed.Check();
    }

    [Fact]
    public void Run_TokenThatIsNotFinite_LeavesItsNeighboursAlone()
    {
        const int width = 19;
        using GuardedFloats branch = new(3 * width, 1), hidden = new(3 * width, 2), normed = new(3 * width, 3), weight = new(width, 4);
        branch.Values[width + 4] = float.NaN;
        var tile = new TokenTile { First = 0, Count = 3, Run = -1 };
        var job = new NormJob
        {
            Tiles = &tile,
            Width = width,
            Branch = branch.Start,
            Hidden = hidden.Start,
            Normed = normed.Start,
            Weight = weight.Start,
            Epsilon = Epsilon,
        };

        job.Run(0);

        Assert.All(normed.Copy()[..width], value => Assert.True(float.IsFinite(value)));
        Assert.All(normed.Copy()[width..(2 * width)], value => Assert.True(float.IsNaN(value)));
        Assert.All(normed.Copy()[(2 * width)..], value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Norm_InPlace_IsTheNormOfWhatWasThere()
    {
        using GuardedFloats row = new(37, 1), copy = new(37, 1), weight = new(37, 2), to = new(37, 3);

        NormJob.Norm(row.Start, weight.Start, row.Start, 37, Epsilon);
        NormJob.Norm(copy.Start, weight.Start, to.Start, 37, Epsilon);

        Assert.Equal(to.Copy(), row.Copy());
    }
}
