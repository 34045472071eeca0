using CoLA.Core.Cache;
using CoLA.Core.Naming;
using Xunit;

namespace CoLA.Core.Tests.Cache;

public sealed class KeyValueBlocksTests
{
    private static readonly PrefixOwner Acme = new(new TenantId("acme"), 1);

    [Fact]
    public void Reuse_SameOwnerAndPrefix_GivesTheFullBlocksAndLeavesATokenToCompute()
    {
        var blocks = new KeyValueBlocks(8);
        var first = Computed(blocks, Acme, Text(40));
        var held = first.Ids.ToArray();
        blocks.Return(first);

        var longer = new RowBlocks();
        Assert.Equal(32, blocks.Reuse(longer, Acme, Text(50)));
        Assert.Equal(held[..2], longer.Ids);

        // 32 tokens fill two blocks, but the last of them has to be computed for its logits.
        var exact = new RowBlocks();
        Assert.Equal(16, blocks.Reuse(exact, Acme, Text(32)));
    }

    [Theory]
    [InlineData("globex", 1)]
    [InlineData("acme", 2)]
    [InlineData("acme", 0)]
    public void Reuse_OtherTenantOrVersion_FindsNothing(string tenant, long version)
    {
        var blocks = new KeyValueBlocks(8);
        blocks.Return(Computed(blocks, Acme, Text(40)));

        Assert.Equal(0, blocks.Reuse(new RowBlocks(), new PrefixOwner(new TenantId(tenant), version), Text(40)));
    }

    [Fact]
    public void Reuse_SameBlockAfterAnotherPrefix_FindsNothing()
    {
        var blocks = new KeyValueBlocks(8);
        var text = Text(40);
        blocks.Return(Computed(blocks, Acme, text));
        List<int> other = [.. Enumerable.Repeat(7, 16), .. text[16..]];

        Assert.Equal(0, blocks.Reuse(new RowBlocks(), Acme, other));
    }

    [Fact]
    public void TryExtend_NotEnough_TakesNothing()
    {
        var blocks = new KeyValueBlocks(3);
        var row = new RowBlocks();
        Assert.True(blocks.TryExtend(row, 2));

        Assert.False(blocks.TryExtend(row, 4));

        Assert.Equal(2, row.Ids.Count);
        Assert.Equal(1, blocks.Available);
    }

    [Fact]
    public void TryExtend_MemoryNeeded_EvictsTheLeastRecentlyUsedTextFromItsEnd()
    {
        var blocks = new KeyValueBlocks(6);
        blocks.Return(Computed(blocks, Acme, Text(48)));
        blocks.Return(Computed(blocks, Acme, Text(48, first: 1000)));
        var row = new RowBlocks();
        Assert.True(blocks.TryExtend(row, 2));

        Assert.Equal(16, blocks.Reuse(new RowBlocks(), Acme, Text(49)));
        Assert.Equal(48, blocks.Reuse(new RowBlocks(), Acme, Text(49, first: 1000)));
    }

    [Fact]
    public void Share_TwoRowsWithTheSameContent_BothContinueAndAllMemoryIsReturned()
    {
        var blocks = new KeyValueBlocks(8);
        var first = Computed(blocks, Acme, Text(40));
        var second = Computed(blocks, Acme, Text(40));

        blocks.Return(first);
        blocks.Return(second);

        Assert.Equal(8, blocks.Available);
        Assert.Equal(32, blocks.Reuse(new RowBlocks(), Acme, Text(40)));
    }

    /// <summary>
    /// With random traffic, a row finds only blocks that were computed for its owner and its tokens, and no two rows write to the
    /// same block.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Blocks_RandomTraffic_NoRowFindsBlocksOfOthers(int seed)
    {
        var random = new Random(seed);
        var blocks = new KeyValueBlocks(24);
        var contents = new string?[24];
        var rows = new List<(RowBlocks Blocks, PrefixOwner Owner, List<int> Tokens)>();
        for (var step = 0; step < 4000; step++)
        {
            if (rows.Count > 0 && random.Next(3) == 0)
            {
                var leaving = rows[random.Next(rows.Count)];
                blocks.Return(leaving.Blocks);
                rows.Remove(leaving);
                continue;
            }

            var owner = new PrefixOwner(new TenantId($"t{random.Next(2)}"), random.Next(2));
            List<int> tokens = [.. Enumerable.Range(0, random.Next(17, 70)).Select(_ => random.Next(100) < 97 ? 1 : 2)];
            var row = new RowBlocks();
            var found = blocks.Reuse(row, owner, tokens);
            for (var at = 0; at < row.Ids.Count; at++)
            {
                Assert.Equal(Content(owner, tokens, at), contents[row.Ids[at]]);
            }

            if (!blocks.TryExtend(row, KeyValueBlocks.For(tokens.Count)))
            {
                blocks.Return(row);
                continue;
            }

            for (var at = found / KeyValueBlocks.Positions; at < row.Ids.Count; at++)
            {
                Assert.DoesNotContain(rows, other => other.Blocks.Ids.Contains(row.Ids[at]));
                contents[row.Ids[at]] = Content(owner, tokens, at);
            }

            blocks.Share(row, owner, tokens, tokens.Count);
            rows.Add((row, owner, tokens));
        }

        rows.ForEach(row => blocks.Return(row.Blocks));
        Assert.Equal(24, blocks.Available);
    }

    private static string Content(PrefixOwner owner, List<int> tokens, int block) =>
        $"{owner}:{string.Join(',', tokens.Take((block + 1) * KeyValueBlocks.Positions))}";

    private static List<int> Text(int length, int first = 0) => [.. Enumerable.Range(first, length)];

    private static RowBlocks Computed(KeyValueBlocks blocks, PrefixOwner owner, List<int> tokens)
    {
        var row = new RowBlocks();
        Assert.True(blocks.TryExtend(row, KeyValueBlocks.For(tokens.Count)));
        blocks.Share(row, owner, tokens, tokens.Count);
        return row;
    }
}
