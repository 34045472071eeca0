namespace CoLA.Core.Tokens.Files;

/// <summary>
/// Whether a SentencePiece model rewrites characters (nmt_nfkc and similar) before it splits the text. The library that runs the
/// model silently ignores such a character map, so this class looks for it in the protobuf message.
/// </summary>
internal static class SentencePieceNormalization
{
    /// <summary>The field number of ModelProto.normalizer_spec.</summary>
    private const int NormalizerSpec = 3;

    /// <summary>The field number of NormalizerSpec.precompiled_charsmap.</summary>
    private const int CharacterMap = 2;

    /// <summary>Whether the model has a character map that is not empty.</summary>
    public static bool HasCharacterMap(ReadOnlySpan<byte> model) =>
        TryField(model, NormalizerSpec, out var spec) && TryField(spec, CharacterMap, out var map) && map.Length > 0;

    /// <summary>Finds the first length-delimited field with a number, in a message that is known to be well formed.</summary>
    private static bool TryField(ReadOnlySpan<byte> message, int number, out ReadOnlySpan<byte> content)
    {
        while (message.Length > 0)
        {
            var tag = Varint(ref message);
            var length = (tag & 7) switch
            {
                0 => 0,
                1 => 8,
                2 => (int)Varint(ref message),
                5 => 4,
                _ => throw new FormatException("a field of an unknown kind"),
            };
            if ((tag & 7) == 0)
            {
                Varint(ref message);
            }

            content = message[..length];
            message = message[length..];
            if (tag >> 3 == (ulong)number && (tag & 7) == 2)
            {
                return true;
            }
        }

        content = default;
        return false;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[0];
            message = message[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
