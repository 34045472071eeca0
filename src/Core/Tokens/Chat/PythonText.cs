namespace CoLA.Core.Tokens.Chat;

/// <summary>Text functions of Python that Jinja uses.</summary>
internal static class PythonText
{
    /// <summary>Removes white space at both ends, as Python's strip and Jinja's trim do.</summary>
    public static string Strip(string text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>Python counts four information separators (U+001C to U+001F) as white space in addition to .NET's characters.</summary>
    private static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';
}
