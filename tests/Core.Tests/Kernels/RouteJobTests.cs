using CoLA.Core.Kernels;
using Xunit;

namespace CoLA.Core.Tests.Kernels;

public sealed unsafe class RouteJobTests
{
    private const int Tokens = 5;

    /// <summary>Heads of a router, and the rank of the one A that they share: within a vector, its tail, and beyond it.</summary>
    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 8)]
    [InlineData(5, 11)]
    public void Run_RoutedRun_WeighsTheProjectedInputBySoftmax(int heads, int rank)
    {
        var width = rank + heads + heads * rank;
        using var projected = new GuardedFloats(Tokens * width, 7);
        projected.Values[rank] = 80; // a large logit: the softmax subtracts the largest
        var before = projected.Copy();
        var tables = stackalloc TaskHeads[7];
        tables[0] = new TaskHeads
        {
            Folded = projected.Start,
            Rank = heads * rank,
            Routed = heads,
            SharedColumn = 0,
            RouterColumn = rank,
            Column = rank + heads,
        };
        var projections = stackalloc PoolProjection[4];
        projections[0] = new PoolProjection { Width = width };
        var run = new AdapterRun { Heads = tables, Projections = projections, Projected = projected.Start, Count = Tokens, Routes = true };
        var tile = new TokenTile { First = 0, Count = Tokens, Run = 0 };

        new RouteJob { Tiles = &tile, Runs = &run, Targets = 3 }.Run(0); // targets 1 and 2 have no heads

        for (var token = 0; token < Tokens; token++)
        {
            var row = before.AsSpan(token * width, width).ToArray();
            var largest = row[rank..(rank + heads)].Max();
            double[] exponentials = [.. row[rank..(rank + heads)].Select(logit => Math.Exp(logit - largest))];
            for (var j = 0; j < heads; j++)
            {
                for (var at = 0; at < rank; at++)
                {
                    var expected = exponentials[j] / exponentials.Sum() * row[at];
                    Assert.Equal(expected, projected.Values[token * width + rank + heads + j * rank + at], 1e-6);
                }
            }

            Assert.Equal(row[..rank], projected.Copy()[(token * width)..(token * width + rank)]);
        }

        projected.Check();
    }

    [Fact]
    public void Run_TileOfARunWithoutARouter_ChangesNothing()
    {
        using var projected = new GuardedFloats(40, 7);
        var before = projected.Copy();
        var run = new AdapterRun { Projected = projected.Start, Count = 2 };
        var tiles = stackalloc TokenTile[2];
        tiles[0] = new TokenTile { Count = 2, Run = 0 };
        tiles[1] = new TokenTile { Count = 2, Run = -1 };
        var job = new RouteJob { Tiles = tiles, Runs = &run, Targets = 7 };

        job.Run(0);
        job.Run(1);

        Assert.Equal(before, projected.Copy());
    }
}
