using System.Text;
using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens;

/// <summary>
/// Turns token ids into text as they come. What <see cref="Push"/> returned so far is a prefix of the whole text and
/// never ends within a character; with <see cref="Flush"/> it is what <see cref="Tokenizer.Decode"/> gives. Not thread-safe.
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

    /// <summary>The characters that are complete with this token; empty where it completes none. An id that stands for no token adds nothing.</summary>
    public string Push(int id)
    {
        Append(id);
        return Take();
    }

    /// <summary>What is left: U+FFFD for a character that never became whole. The decoder may go on after it.</summary>
    public string Flush()
    {
        _characters.Break(_text);
        return Take();
    }

    /// <summary>As <see cref="Push"/> for all, then <see cref="Flush"/>.</summary>
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
