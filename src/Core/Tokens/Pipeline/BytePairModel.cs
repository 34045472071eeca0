using System.Globalization;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>
/// Byte-pair encoding with features that Microsoft.ML.Tokenizers lacks: byte fallback, and words of the vocabulary that skip
/// merging. A priority queue of merges makes it O(n log n) in the length of the word, which for SentencePiece vocabularies is the
/// whole text.
/// </summary>
internal sealed class BytePairModel : IWordModel
{
    private readonly IReadOnlyDictionary<string, int> _vocabulary;
    private readonly MergeTable _merges;
    private readonly BytePairOptions _options;
    private readonly int?[] _byteIds = new int?[256];
    private readonly int? _unknownId;

    public BytePairModel(IReadOnlyDictionary<string, int> vocabulary, MergeTable merges, BytePairOptions options)
    {
        _vocabulary = vocabulary;
        _merges = merges;
        _options = options;
        _unknownId = options.UnknownToken is { } unknown ? vocabulary[unknown] : null;
        for (var value = 0; options.ByteFallback && value < 256; value++)
        {
            _byteIds[value] = vocabulary.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), out var id) ? id : null;
        }
    }

    public void Encode(string word, List<int> ids)
    {
        if (_options.ByteLevel)
        {
            word = ByteAlphabet.Write(word);
        }

        if (_options.IgnoreMerges && _vocabulary.TryGetValue(word, out var whole))
        {
            ids.Add(whole);
            return;
        }

        var symbols = Symbols(word);
        if (symbols.Count > 1)
        {
            Merge(symbols, ids);
        }
        else
        {
            ids.AddRange(symbols);
        }
    }

    private List<int> Symbols(string word)
    {
        var symbols = new List<int>(word.Length);
        Span<byte> bytes = stackalloc byte[4];
        var afterUnknown = false;
        foreach (var rune in word.EnumerateRunes())
        {
            var unknown = false;
            if (_vocabulary.TryGetValue(rune.ToString(), out var id))
            {
                symbols.Add(id);
            }
            else if (_options.ByteFallback && HasBytes(bytes[..rune.EncodeToUtf8(bytes)]))
            {
                foreach (var value in bytes[..rune.Utf8SequenceLength])
                {
                    symbols.Add(_byteIds[value]!.Value);
                }
            }
            else if (_unknownId is { } unknownId)
            {
                unknown = true;
                if (!afterUnknown || !_options.FuseUnknown)
                {
                    symbols.Add(unknownId);
                }
            }

            afterUnknown = unknown;
        }

        return symbols;
    }

    private bool HasBytes(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (_byteIds[value] is null)
            {
                return false;
            }
        }

        return true;
    }

    private void Merge(List<int> symbols, List<int> ids)
    {
        var next = new int[symbols.Count];
        var previous = new int[symbols.Count];
        var queue = new PriorityQueue<(int Left, int Id), (int Rank, int Left)>();
        for (var i = 0; i < symbols.Count; i++)
        {
            next[i] = i + 1 < symbols.Count ? i + 1 : -1;
            previous[i] = i - 1;
            Offer(i);
        }

        while (queue.TryDequeue(out var merge, out _))
        {
            // The pair may have changed since it was queued.
            var (left, right) = (merge.Left, symbols[merge.Left] < 0 ? -1 : next[merge.Left]);
            if (right < 0 || !_merges.TryFind(symbols[left], symbols[right], out var current) || current.Id != merge.Id)
            {
                continue;
            }

            symbols[left] = merge.Id;
            symbols[right] = -1;
            next[left] = next[right];
            if (next[right] >= 0)
            {
                previous[next[right]] = left;
            }

            Offer(left);
            if (previous[left] >= 0)
            {
                Offer(previous[left]);
            }
        }

        ids.AddRange(symbols.Where(id => id >= 0));

        void Offer(int left)
        {
            if (next[left] >= 0 && _merges.TryFind(symbols[left], symbols[next[left]], out var merge))
            {
                queue.Enqueue((left, merge.Id), (merge.Rank, left));
            }
        }
    }
}
