using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CoLA.Core.Data;

/// <summary>Says in plain words why a text is not JSON. The parser's own words speak of its settings, which nobody here can change.</summary>
internal static class JsonMistake
{
    private static readonly SearchValues<byte> Spaces = SearchValues.Create(" \t\r\n"u8);
    private static readonly string[] Strangers = ["NaN", "Infinity", "True", "False", "None", "undefined"];

    /// <summary>The mistake and where in its line it is, for example <c>a comma stands before the closing '}' (byte 8 of the line)</c>.</summary>
    /// <param name="json">The text that was parsed, as UTF-8.</param>
    /// <param name="malformed">What the parser threw.</param>
    public static string Describe(ReadOnlySpan<byte> json, JsonException malformed)
    {
        var column = (int)(malformed.BytePositionInLine ?? 0);
        var at = Math.Min(LineStart(json, malformed.LineNumber ?? 0) + column, json.Length);
        return $"{Words(json[..at], json[at..])} (byte {column + 1} of the line)";
    }

    /// <param name="before">What the parser accepted.</param>
    /// <param name="rest">What it stopped at, and everything after it.</param>
    private static string Words(ReadOnlySpan<byte> before, ReadOnlySpan<byte> rest)
    {
        var last = before.LastIndexOfAnyExcept(Spaces);
        var previous = last < 0 ? (byte)0 : before[last];
        if (rest.IndexOfAnyExcept(Spaces) < 0)
        {
            return "it ends too early; a closing quote, brace or bracket is missing";
        }

        if (Strangers.FirstOrDefault(StartsWith(rest)) is { } stranger)
        {
            return $"{stranger} is not a value of JSON; write true, false, null, a number, or a text in double quotes";
        }

        var found = (char)rest[0];
        return (Previous: (char)previous, found) switch
        {
            (',', '}' or ']') => $"a comma stands before the closing '{found}'; remove the comma",
            ('}', '{') => "two objects follow each other; put a comma between them, in JSON Lines a line break",
            (':' or '[', '{' or '[') => "its arrays and objects are nested too deep; at most 64 may lie in each other",
            _ when found < ' ' => $"a text holds the control character 0x{rest[0]:X2}; write \\u{rest[0]:x4} for it",
            ('\\', _) => $"'\\{Letter(rest)}' is not an escape of JSON; write \\\\ for a backslash",
            (_, '\'') => "a text stands in single quotes; JSON takes double quotes",
            (_, '/' or '#') => "JSON has no comments; remove it",
            _ when char.IsAsciiLetter(found) || found == '_' =>
                $"'{found}' is not expected here; names and texts stand in double quotes, and a double quote in a text is written \\\"",
            _ => $"'{Letter(rest)}' is not expected here",
        };
    }

    private static Func<string, bool> StartsWith(ReadOnlySpan<byte> rest)
    {
        var text = Encoding.UTF8.GetString(rest[..Math.Min(rest.Length, 16)]);
        return word => text.StartsWith(word, StringComparison.Ordinal);
    }

    private static string Letter(ReadOnlySpan<byte> rest) => Rune.DecodeFromUtf8(rest, out var letter, out _) == OperationStatus.Done ? letter.ToString() : "?";

    private static int LineStart(ReadOnlySpan<byte> json, long line)
    {
        var start = 0;
        for (var passed = 0L; passed < line; passed++)
        {
            start += json[start..].IndexOf((byte)'\n') + 1;
        }

        return start;
    }
}
