using System.Diagnostics.CodeAnalysis;

namespace CoLA.Core.Tokens.Chat;

/// <summary>
/// The structure of a family of templates, written as a template. A literal '$name' matches any text of the model's template;
/// other literals match only themselves. An output of a '$name' may be missing: then its text is empty. The statement
/// <c>anything</c> matches the rest of the block that it is in.
/// </summary>
internal sealed class Skeleton(string template)
{
    private readonly List<TemplateToken> _tokens = CanonicalTemplate.Read(template, new Dictionary<string, string>());

    /// <summary>Whether the template has this structure; if so, its texts by name.</summary>
    public bool TryMatch(List<TemplateToken> template, [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? texts)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        texts = null;
        var position = 0;
        for (var i = 0; i < _tokens.Count; i++)
        {
            if (_tokens[i].Is("anything"))
            {
                // The opening brace of this statement has already matched the brace of the template's next statement.
                position = ToolBranches.EndOfBlock(template, position - 1);
                if (position < 0)
                {
                    return false;
                }

                i++;
            }
            else if (IsName(_tokens[i]) && position < template.Count && template[position].IsLiteral)
            {
                if (!found.TryAdd(_tokens[i].Text, template[position].Text) && found[_tokens[i].Text] != template[position].Text)
                {
                    return false;
                }

                position++;
            }
            else if (_tokens[i] == TemplateToken.Output && IsName(_tokens[i + 1]) && !IsLiteralOutput(template, position))
            {
                if (!found.TryAdd(_tokens[i + 1].Text, "") && found[_tokens[i + 1].Text].Length > 0)
                {
                    return false;
                }

                i += 2;
            }
            else if (position < template.Count && template[position] == _tokens[i])
            {
                position++;
            }
            else
            {
                return false;
            }
        }

        texts = found;
        return position == template.Count;
    }

    private static bool IsName(TemplateToken token) => token.IsLiteral && token.Text.StartsWith('$');

    private static bool IsLiteralOutput(List<TemplateToken> template, int position) =>
        position + 2 < template.Count && template[position] == TemplateToken.Output && template[position + 1].IsLiteral
        && template[position + 2] == TemplateToken.EndOutput;
}
