using System.Globalization;
using System.Text;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>The text or bytes that each token id adds to a decoded text. Immutable.</summary>
internal sealed class PieceTable
{
    private readonly Piece?[] _pieces;

    /// <param name="spec">How tokens are decoded.</param>
    /// <param name="tokens">All tokens and their ids, including added tokens.</param>
    /// <param name="isSpecial">Whether decoding can skip a token.</param>
    public PieceTable(DecoderSpec spec, IEnumerable<KeyValuePair<string, int>> tokens, Func<int, bool> isSpecial)
    {
        Spec = spec;
        var all = tokens.ToList();
        _pieces = new Piece?[all.Count == 0 ? 0 : all.Max(token => token.Value) + 1];
        foreach (var (token, id) in all)
        {
            _pieces[id] = Read(spec, token, isSpecial(id));
        }
    }

    /// <summary>How tokens are decoded.</summary>
    public DecoderSpec Spec { get; }

    /// <summary>One more than the highest id.</summary>
    public int Count => _pieces.Length;

    /// <summary>The piece of an id; null for an id without a token.</summary>
    public Piece? this[int id] => id >= 0 && id < _pieces.Length ? _pieces[id] : null;

    private static Piece Read(DecoderSpec spec, string token, bool special)
    {
        if (spec.ByteLevel)
        {
            return new Piece(token, ByteAlphabet.Read(token), special, IsByte: true);
        }

        if (spec.ByteFallback && token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return new Piece(token, [value], special, IsByte: true);
        }

        var text = token;
        foreach (var (pattern, content) in spec.Replacements)
        {
            text = text.Replace(pattern, content, StringComparison.Ordinal);
        }

        if (spec.Metaspace is { } mark)
        {
            text = text.Replace(mark, " ", StringComparison.Ordinal);
        }

        return new Piece(token, Encoding.UTF8.GetBytes(text), special, IsByte: false);
    }

    /// <summary>A token and what it adds to a decoded text.</summary>
    /// <param name="Token">The token, as in the vocabulary.</param>
    /// <param name="Bytes">The UTF-8 bytes that it adds to the text.</param>
    /// <param name="IsSpecial">Whether decoding can skip it.</param>
    /// <param name="IsByte">Whether its bytes may be a part of a character.</param>
    internal sealed record Piece(string Token, byte[] Bytes, bool IsSpecial, bool IsByte);
}
