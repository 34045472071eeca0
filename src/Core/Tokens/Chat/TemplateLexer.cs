using System.Text;

namespace CoLA.Core.Tokens.Chat;

/// <summary>Splits an expression or a statement of a template into tokens.</summary>
internal static class TemplateLexer
{
    private static readonly string[] Operators = ["==", "!=", "<=", ">=", "//", "**"];

    /// <summary>The tokens; <c>~</c> is read as <c>+</c>.</summary>
    /// <exception cref="FormatException">A literal does not end, or contains a character by its number.</exception>
    public static List<TemplateToken> Read(string content)
    {
        var tokens = new List<TemplateToken>();
        var position = 0;
        while (position < content.Length)
        {
            var character = content[position];
            if (char.IsWhiteSpace(character))
            {
                position++;
            }
            else if (character is '\'' or '"')
            {
                tokens.Add(new TemplateToken(Literal(content, ref position), IsLiteral: true));
            }
            else if (IsWord(character))
            {
                var start = position;
                while (position < content.Length && IsWord(content[position]))
                {
                    position++;
                }

                tokens.Add(new TemplateToken(content[start..position]));
            }
            else
            {
                var operation = Array.Find(Operators, known => string.CompareOrdinal(content, position, known, 0, known.Length) == 0)
                    ?? character.ToString();
                tokens.Add(new TemplateToken(operation == "~" ? "+" : operation));
                position += operation.Length;
            }
        }

        return tokens;
    }

    private static bool IsWord(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';

    private static string Literal(string content, ref int position)
    {
        var quote = content[position++];
        var text = new StringBuilder();
        while (position < content.Length && content[position] != quote)
        {
            var character = content[position++];
            if (character != '\\' || position == content.Length)
            {
                text.Append(character);
                continue;
            }

            character = content[position++];
            text.Append(character switch
            {
                'n' => "\n",
                'r' => "\r",
                't' => "\t",
                '\\' or '\'' or '"' => character.ToString(),
                'u' or 'U' or 'x' or 'N' or (>= '0' and <= '7') => throw new FormatException("a literal of the template names a character by its number"),
                _ => "\\" + character,
            });
        }

        if (position++ >= content.Length)
        {
            throw new FormatException("a literal of the template does not end");
        }

        return text.ToString();
    }
}
