using System.Text;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>GPT-2's byte alphabet: a visible character for each byte, so that a vocabulary of bytes can be written as text.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = new char[256];
    private static readonly Dictionary<char, byte> Bytes = [];

    static ByteAlphabet()
    {
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var visible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            Characters[value] = (char)(visible ? value : next++);
            Bytes.Add(Characters[value], (byte)value);
        }
    }

    /// <summary>The text in the byte alphabet: one character for each of its UTF-8 bytes.</summary>
    public static string Write(string text) =>
        string.Create(Encoding.UTF8.GetByteCount(text), text, (characters, source) =>
        {
            var bytes = Encoding.UTF8.GetBytes(source);
            for (var i = 0; i < bytes.Length; i++)
            {
                characters[i] = Characters[bytes[i]];
            }
        });

    /// <summary>The bytes of a token. A token with a character outside the alphabet is taken as plain UTF-8.</summary>
    public static byte[] Read(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
            {
                return Encoding.UTF8.GetBytes(token);
            }
        }

        return bytes;
    }
}
