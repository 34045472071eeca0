namespace CoLA.Core.Tokens.Pipeline;

/// <summary>The merges of byte-pair encoding: which pairs of neighbouring tokens become one token, and their priority.</summary>
internal sealed class MergeTable
{
    private readonly Dictionary<long, Merge> _merges = [];

    private MergeTable()
    {
    }

    /// <summary>A table of merges, in the order of their priority.</summary>
    /// <exception cref="KeyNotFoundException">A part or the merged token is not in the vocabulary; the message names it.</exception>
    public static MergeTable FromPairs(IReadOnlyDictionary<string, int> vocabulary, IEnumerable<(string First, string Second)> pairs)
    {
        var table = new MergeTable();
        var rank = 0;
        foreach (var (first, second) in pairs)
        {
            table._merges[Key(vocabulary[first], vocabulary[second])] = new Merge(rank++, vocabulary[first + second]);
        }

        return table;
    }

    /// <summary>SentencePiece's merges: any two neighbours that form a piece of the vocabulary; the highest score has the highest priority.</summary>
    public static MergeTable FromScores(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyDictionary<string, float> scores)
    {
        var table = new MergeTable();
        var rank = -1;
        var last = float.NaN;
        foreach (var (piece, score) in scores.OrderByDescending(piece => piece.Value))
        {
            if (score != last)
            {
                rank++;
                last = score;
            }

            for (var cut = 1; cut < piece.Length; cut++)
            {
                if (!char.IsLowSurrogate(piece[cut])
                    && vocabulary.TryGetValue(piece[..cut], out var first)
                    && vocabulary.TryGetValue(piece[cut..], out var second))
                {
                    table._merges[Key(first, second)] = new Merge(rank, vocabulary[piece]);
                }
            }
        }

        return table;
    }

    /// <summary>The merge of two neighbouring tokens; false where they do not merge.</summary>
    public bool TryFind(int first, int second, out Merge merge) => _merges.TryGetValue(Key(first, second), out merge);

    private static long Key(int first, int second) => ((long)first << 32) | (uint)second;

    /// <summary>The merge of a pair of tokens.</summary>
    /// <param name="Rank">The priority; the lowest rank is applied first.</param>
    /// <param name="Id">The merged token.</param>
    internal readonly record struct Merge(int Rank, int Id);
}
