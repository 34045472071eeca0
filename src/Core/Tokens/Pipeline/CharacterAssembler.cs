using System.Buffers;
using System.Text;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>
/// Collects UTF-8 bytes and gives whole characters; what cannot become one is U+FFFD. Not thread-safe.
/// </summary>
/// <param name="replaceEachByte">
/// Byte fallback writes U+FFFD for each byte that belongs to no character; byte-level vocabularies write one for each
/// broken sequence.
/// </param>
internal sealed class CharacterAssembler(bool replaceEachByte)
{
    private readonly byte[] _pending = new byte[4];
    private int _count;

    public void Append(ReadOnlySpan<byte> bytes, StringBuilder text)
    {
        foreach (var value in bytes)
        {
            _pending[_count++] = value;
            Take(text);
        }
    }

    /// <summary>Gives up the character that has begun and does not go on.</summary>
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
