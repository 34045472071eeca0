namespace CoLA.Core.Tokens.Files;

/// <summary>
/// Whether a SentencePiece model rewrites characters (nmt_nfkc and the like) before it cuts them into pieces. The library
/// that runs the model ignores such a map without a word, so it is looked for in the protobuf message itself.
/// </summary>
internal static class SentencePieceNormalization
{
    /// <summary>Number of ModelProto.normalizer_spec.</summary>
    private const int NormalizerSpec = 3;

    /// <summary>Number of NormalizerSpec.precompiled_charsmap.</summary>
    private const int CharacterMap = 2;

    public static bool HasCharacterMap(ReadOnlySpan<byte> model) =>
        TryField(model, NormalizerSpec, out var spec) && TryField(spec, CharacterMap, out var map) && map.Length > 0;

    /// <summary>The first length-delimited field of this number in a message that is known to be well formed.</summary>
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
