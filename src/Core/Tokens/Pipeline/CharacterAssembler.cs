using System.Buffers;
using System.Text;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>
/// Assembles characters from UTF-8 bytes that arrive one by one; invalid bytes become U+FFFD. Not thread-safe.
/// </summary>
/// <param name="replaceEachByte">
/// Whether each invalid byte becomes one U+FFFD, as with byte fallback; otherwise each invalid sequence becomes one, as with
/// byte-level vocabularies.
/// </param>
internal sealed class CharacterAssembler(bool replaceEachByte)
{
    private readonly byte[] _pending = new byte[4];
    private int _count;

    /// <summary>Adds bytes and appends the characters that they complete to <paramref name="text"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes, StringBuilder text)
    {
        foreach (var value in bytes)
        {
            _pending[_count++] = value;
            Take(text);
        }
    }

    /// <summary>Ends an incomplete character, which becomes U+FFFD.</summary>
    public void Break(StringBuilder text)
    {
        if (_count > 0)
        {
            text.Append('\uFFFD', replaceEachByte ? _count : 1);
            _count = 0;
        }
    }

    private void Take(StringBuilder text)
    {
        while (_count > 0)
        {
            var status = Rune.DecodeFromUtf8(_pending.AsSpan(0, _count), out var rune, out var consumed);
            if (status == OperationStatus.NeedMoreData)
            {
                return;
            }

            if (status == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                text.Append('\uFFFD', replaceEachByte ? consumed : 1);
            }

            _pending.AsSpan(consumed, _count - consumed).CopyTo(_pending);
            _count -= consumed;
        }
    }
}
