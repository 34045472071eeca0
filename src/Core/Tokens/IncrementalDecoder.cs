using System.Text;
using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens;

/// <summary>
/// Decodes token ids one by one. The texts that <see cref="Push"/> has returned so far are together a prefix of the whole text,
/// which never ends within a character. With the text of <see cref="Flush"/> they equal the result of
/// <see cref="Tokenizer.Decode"/>. Not thread-safe.
/// </summary>
public sealed class IncrementalDecoder
{
    private readonly PieceTable _pieces;
    private readonly bool _skipSpecialTokens;
    private readonly CharacterAssembler _characters;
    private readonly StringBuilder _text = new();
    private bool _isFirst;
    private int _leadingSpaces;

    internal IncrementalDecoder(PieceTable pieces, bool skipSpecialTokens, bool continuesText)
    {
        _pieces = pieces;
        _skipSpecialTokens = skipSpecialTokens;
        _characters = new CharacterAssembler(replaceEachByte: !pieces.Spec.ByteLevel);
        _isFirst = !continuesText;
        _leadingSpaces = continuesText ? 0 : pieces.Spec.LeadingSpaces;
    }

    /// <summary>Adds a token and returns the characters that it completes; may be empty. An id without a token adds nothing.</summary>
    public string Push(int id)
    {
        Append(id);
        return Take();
    }

    /// <summary>Returns the remaining text, with U+FFFD for an incomplete character. More tokens may follow.</summary>
    public string Flush()
    {
        _characters.Break(_text);
        return Take();
    }

    /// <summary>The text of all ids: <see cref="Push"/> for each, then <see cref="Flush"/>.</summary>
    internal string Finish(IEnumerable<int> ids)
    {
        foreach (var id in ids)
        {
            Append(id);
        }

        return Flush();
    }

    private void Append(int id)
    {
        if (_pieces[id] is not { } piece || (piece.IsSpecial && _skipSpecialTokens))
        {
            return;
        }

        ReadOnlySpan<byte> bytes = piece.Bytes;
        if (_isFirst && _pieces.Spec is { Metaspace: { } mark, KeepsFirstMetaspace: false })
        {
            bytes = Encoding.UTF8.GetBytes(piece.Token.Replace(mark, "", StringComparison.Ordinal));
        }

        _isFirst = false;
        if (!piece.IsByte)
        {
            _characters.Break(_text);
        }

        _characters.Append(bytes, _text);
    }

    private string Take()
    {
        var dropped = 0;
        while (_leadingSpaces > 0 && dropped < _text.Length)
        {
            if (_text[dropped] != ' ')
            {
                _leadingSpaces = 0;
                break;
            }

            dropped++;
            _leadingSpaces--;
        }

        var text = _text.ToString(dropped, _text.Length - dropped);
        _text.Clear();
        return text;
    }
}
