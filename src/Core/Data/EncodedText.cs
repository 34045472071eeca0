using System.Text;
using System.Text.Unicode;
using CoLA.Core.Rejections;

namespace CoLA.Core.Data;

/// <summary>Bytes of a file to text, without ever replacing what cannot be read.</summary>
internal static class EncodedText
{
    /// <param name="path">For messages.</param>
    /// <param name="bytes">The whole file, with or without a byte order mark.</param>
    /// <param name="encoding">Any name that .NET knows, code pages included; null for UTF-8.</param>
    public static string Decode(string path, byte[] bytes, string? encoding)
    {
        var text = encoding is null ? FromUtf8(path, bytes) : FromNamed(path, bytes, encoding);
        return text.StartsWith('\uFEFF') ? text[1..] : text;
    }

    private static string FromUtf8(string path, byte[] bytes)
    {
        var text = new char[bytes.Length];
        var status = Utf8.ToUtf16(bytes, text, out var read, out var written, replaceInvalidSequences: false);
        return status == System.Buffers.OperationStatus.Done
            ? new string(text, 0, written)
            : throw new InvalidArgumentRejection(
                path,
                $"is not UTF-8: byte 0x{bytes[read]:X2} at position {read}; name the file's encoding, for example --encoding GB18030");
    }

    private static string FromNamed(string path, byte[] bytes, string name)
    {
        try
        {
            return Find(name).GetString(bytes);
        }
        catch (DecoderFallbackException unreadable)
        {
            // Index counts from the start of the sequence that failed, -1 when it began before the end of the input.
            throw new InvalidArgumentRejection(
                path,
                $"is not {name}: bytes {Convert.ToHexString(unreadable.BytesUnknown ?? [])} at position {unreadable.Index}; name another with --encoding");
        }
    }

    private static Encoding Find(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException)
        {
            throw new InvalidArgumentRejection("encoding", $"'{name}' is not an encoding; examples: utf-8, utf-16, GB18030, latin1");
        }
    }
}
