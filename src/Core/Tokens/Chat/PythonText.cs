namespace CoLA.Core.Tokens.Chat;

/// <summary>What Jinja's trim does: Python's strip.</summary>
internal static class PythonText
{
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

    /// <summary>Python's white space has the four information separators beside .NET's.</summary>
    private static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';
}
