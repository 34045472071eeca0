namespace CoLA.Core.Tokens.Chat;

/// <summary>Takes out of a canonical template what it does with tools, which conversations here have none of.</summary>
internal static class ToolBranches
{
    /// <summary>Words of a statement without an expression: brace, word, brace.</summary>
    private const int StatementLength = 3;

    /// <summary>Each <c>if tools</c> becomes its else branch.</summary>
    public static void Remove(List<TemplateToken> tokens)
    {
        for (var start = 0; start + 3 < tokens.Count; start++)
        {
            if (IsStatement(tokens, start, "if") && tokens[start + 2].Is("tools") && tokens[start + 3] == TemplateToken.EndStatement
                && TryBranches(tokens, start, out var elseAt, out var end))
            {
                tokens.RemoveRange(end, StatementLength);
                tokens.RemoveRange(start, (elseAt ?? end - StatementLength) + StatementLength - start);
                start--;
            }
        }
    }

    /// <summary>Where the statement that closes the block around <paramref name="position"/> begins; -1 where there is none.</summary>
    public static int EndOfBlock(List<TemplateToken> tokens, int position)
    {
        var depth = 0;
        for (var i = position; i + 1 < tokens.Count; i++)
        {
            if (IsStatement(tokens, i, "if") || IsStatement(tokens, i, "for"))
            {
                depth++;
            }
            else if ((IsStatement(tokens, i, "endif") || IsStatement(tokens, i, "endfor")) && depth-- == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static bool TryBranches(List<TemplateToken> tokens, int start, out int? elseAt, out int end)
    {
        elseAt = null;
        end = EndOfBlock(tokens, start + 1);
        for (int i = start + 1, depth = 0; i < end; i++)
        {
            depth += IsStatement(tokens, i, "if") ? 1 : IsStatement(tokens, i, "endif") ? -1 : 0;
            if (depth == 0 && IsStatement(tokens, i, "elif"))
            {
                return false;
            }

            elseAt = depth == 0 && IsStatement(tokens, i, "else") ? i : elseAt;
        }

        return end >= 0;
    }

    private static bool IsStatement(List<TemplateToken> tokens, int position, string word) =>
        tokens[position] == TemplateToken.Statement && tokens[position + 1].Is(word);
}
