namespace CoLA.Core.Tokens.Chat;

/// <summary>Removes the branches for tools from a canonical template: conversations here have no tools.</summary>
internal static class ToolBranches
{
    /// <summary>Tokens of a statement without an expression: brace, word, brace.</summary>
    private const int StatementLength = 3;

    /// <summary>Replaces each <c>if tools</c> by its else branch.</summary>
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

    /// <summary>The first token of the statement that closes the block around <paramref name="position"/>; -1 where there is none.</summary>
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
