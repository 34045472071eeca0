using System.Threading.Channels;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Cache;
using CoLA.Core.Engine.Runners;
using CoLA.Core.Sequences;

namespace CoLA.Core.Tests.Engine.Runners;

/// <summary>Makes rows and runs them through a runner without scheduler and engine.</summary>
internal static class RunnerRow
{
    public static Sequence Make(int[] tokens, FoldedAdapter? adapter = null) => new(
        new SequenceSpec(tokens, 1, SamplingOptions.Greedy, [], new HashSet<int>(), null),
        0,
        null,
        Channel.CreateUnbounded<GenerationEvent>().Writer,
        CancellationToken.None)
    {
        Adapter = adapter,
    };

    /// <summary>Computes all rows in chunks of at most <paramref name="size"/> tokens. Returns the logits of each row's last token.</summary>
    public static float[][] Run(IModelRunner runner, KeyValueBlocks blocks, int size, params Sequence[] rows)
    {
        var logits = new float[rows.Length][];
        foreach (var row in rows)
        {
            Xunit.Assert.True(blocks.TryExtend(row.Blocks, KeyValueBlocks.For(row.Tokens.Count)));
        }

        while (rows.Any(row => row.Unread > 0))
        {
            var chunks = rows.Where(row => row.Unread > 0).Select(row => new RowChunk(row, Math.Min(size, row.Unread))).ToArray();
            using var found = runner.Run(chunks);
            var ended = chunks.Where(chunk => chunk.ProducesToken).ToArray();
            for (var at = 0; at < ended.Length; at++)
            {
                using var own = found!.Values[at];
                logits[Array.IndexOf(rows, ended[at].Row)] = own.data<float>().ToArray();
            }

            foreach (var chunk in chunks)
            {
                chunk.Row.Cached += chunk.Length;
            }
        }

        foreach (var row in rows)
        {
            blocks.Return(row.Blocks);
            row.Cached = 0;
        }

        return logits;
    }
}
