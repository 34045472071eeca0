using System.Buffers;
using System.Globalization;
using System.Text;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Finds added tokens in a text: always the leftmost, and of several at the same position the longest.</summary>
internal sealed class AddedTokenSplitter
{
    private readonly SearchValues<string> _contents;
    private readonly Dictionary<char, (string Content, AddedToken Token)[]> _byFirst;

    /// <param name="tokens">The tokens, each with the text to search for.</param>
    public AddedTokenSplitter(IEnumerable<(string Content, AddedToken Token)> tokens)
    {
        (string Content, AddedToken Token)[] found = [.. tokens.Where(token => token.Content.Length > 0)];
        _contents = SearchValues.Create([.. found.Select(token => token.Content)], StringComparison.Ordinal);
        _byFirst = found
            .GroupBy(token => token.Content[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Content.Length).ToArray());
    }

    /// <summary>The pieces of the text, in order: the text between added tokens, and the ids of the added tokens.</summary>
    public IEnumerable<Piece> Split(string text)
    {
        var done = 0;
        var from = 0;
        while (from < text.Length)
        {
            var offset = text.AsSpan(from).IndexOfAny(_contents);
            if (offset < 0)
            {
                break;
            }

            var start = from + offset;
            var (content, token) = LongestAt(text, start);
            var end = from = start + content.Length;
            if (token.SingleWord && (EndsWithWord(text.AsSpan(0, start)) || StartsWithWord(text.AsSpan(end))))
            {
                continue;
            }

            if (token.StripLeft)
            {
                start = Math.Max(text.AsSpan(0, start).TrimEnd().Length, done);
            }

            if (token.StripRight)
            {
                end = text.Length - text.AsSpan(end).TrimStart().Length;
            }

            if (done < start)
            {
                yield return new Piece(text[done..start], null, done);
            }

            yield return new Piece("", token.Id, start);
            done = end;
        }

        if (done < text.Length)
        {
            yield return new Piece(done == 0 ? text : text[done..], null, done);
        }
    }

    private (string Content, AddedToken Token) LongestAt(string text, int start) =>
        _byFirst[text[start]].First(token => text.AsSpan(start).StartsWith(token.Content, StringComparison.Ordinal));

    private static bool StartsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune)
        is (>= UnicodeCategory.UppercaseLetter and <= UnicodeCategory.DecimalDigitNumber)
        or UnicodeCategory.ConnectorPunctuation;

    /// <summary>A part of a text: plain text or an added token.</summary>
    /// <param name="Text">The plain text; empty for an added token.</param>
    /// <param name="Id">The id of the added token; null for plain text.</param>
    /// <param name="Offset">The position of its first character in the whole text.</param>
    internal readonly record struct Piece(string Text, int? Id, int Offset);
}
