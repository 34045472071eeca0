namespace CoLA.Core.Tokens.Chat;

/// <summary>
/// Reads a chat template into a canonical list of tokens. Templates that differ only in quotes, in white space, in
/// <c>message.role</c> or <c>message['role']</c>, in <c>~</c> or <c>+</c>, or in the number of outputs give the same list.
/// </summary>
internal static class CanonicalTemplate
{
    /// <summary>Statements that have no effect here, as canonical tokens.</summary>
    private static readonly string[][] WithoutEffect =
    [
        ["{%", "if", "not", "add_generation_prompt", "is", "defined", "%}", "{%", "set", "add_generation_prompt", "=", "false", "%}", "{%", "endif", "%}"],
        ["{%", "generation", "%}"],
        ["{%", "endgeneration", "%}"],
    ];

    /// <summary>The canonical tokens of a template, without statements that have no effect and without branches for tools.</summary>
    /// <param name="template">The template.</param>
    /// <param name="names">Names that are replaced by a fixed text, such as bos_token.</param>
    /// <exception cref="FormatException">The template is not well formed.</exception>
    public static List<TemplateToken> Read(string template, IReadOnlyDictionary<string, string> names)
    {
        var outputs = new List<TemplateToken>();
        foreach (var block in TemplateBlock.Split(template))
        {
            switch (block.Kind)
            {
                case TemplateBlock.Kinds.Text:
                    AddOutput(outputs, [new TemplateToken(block.Content, IsLiteral: true)]);
                    break;
                case TemplateBlock.Kinds.Output:
                    foreach (var term in Terms(Expression(block.Content, names)))
                    {
                        AddOutput(outputs, term);
                    }

                    break;
                default:
                    outputs.Add(TemplateToken.Statement);
                    outputs.AddRange(Expression(block.Content, names));
                    outputs.Add(TemplateToken.EndStatement);
                    break;
            }
        }

        foreach (var statement in WithoutEffect)
        {
            Remove(outputs, statement);
        }

        ToolBranches.Remove(outputs);
        return outputs;
    }

    /// <summary>Adds an output. A literal is joined to a literal before it; an empty literal is left out.</summary>
    private static void AddOutput(List<TemplateToken> outputs, List<TemplateToken> term)
    {
        var last = outputs.Count - 2;
        if (term is [{ IsLiteral: true } literal])
        {
            if (literal.Text.Length == 0)
            {
                return;
            }

            if (last > 0 && outputs[^1] == TemplateToken.EndOutput && outputs[last].IsLiteral && outputs[last - 1] == TemplateToken.Output)
            {
                outputs[last] = new TemplateToken(outputs[last].Text + literal.Text, IsLiteral: true);
                return;
            }
        }

        outputs.Add(TemplateToken.Output);
        outputs.AddRange(term);
        outputs.Add(TemplateToken.EndOutput);
    }

    private static List<TemplateToken> Expression(string content, IReadOnlyDictionary<string, string> names)
    {
        var tokens = TemplateLexer.Read(content);
        for (var i = 0; i < tokens.Count; i++)
        {
            var member = i > 0 && tokens[i - 1].Is(".");
            if (!tokens[i].IsLiteral && !member && names.TryGetValue(tokens[i].Text, out var text))
            {
                tokens[i] = new TemplateToken(text, IsLiteral: true);
            }
            else if (tokens[i].Is(".") && i + 3 < tokens.Count && tokens[i + 1].Is("strip") && tokens[i + 2].Is("(") && tokens[i + 3].Is(")"))
            {
                tokens.RemoveRange(i, 4);
                tokens.InsertRange(i, [new TemplateToken("|"), new TemplateToken("trim")]);
            }
            else if (tokens[i].Is(".") && i > 0 && !tokens[i - 1].Is("loop") && i + 1 < tokens.Count && !(i + 2 < tokens.Count && tokens[i + 2].Is("(")))
            {
                var key = new TemplateToken(tokens[i + 1].Text, IsLiteral: true);
                tokens.RemoveRange(i, 2);
                tokens.InsertRange(i, [new TemplateToken("["), key, new TemplateToken("]")]);
            }
        }

        JoinLiterals(tokens);
        return tokens;
    }

    /// <summary>Replaces 'a' + 'b' by 'ab', unless a filter or an index applies to the second literal first.</summary>
    private static void JoinLiterals(List<TemplateToken> tokens)
    {
        for (var i = 0; i + 2 < tokens.Count;)
        {
            var boundBefore = i > 0 && !(tokens[i - 1].Is("(") || tokens[i - 1].Is("=") || tokens[i - 1].Is("+"));
            var boundAfter = i + 3 < tokens.Count && (tokens[i + 3].Is("|") || tokens[i + 3].Is("[") || tokens[i + 3].Is("."));
            if (tokens[i].IsLiteral && tokens[i + 1].Is("+") && tokens[i + 2].IsLiteral && !boundBefore && !boundAfter)
            {
                tokens[i] = new TemplateToken(tokens[i].Text + tokens[i + 2].Text, IsLiteral: true);
                tokens.RemoveRange(i + 1, 2);
            }
            else
            {
                i++;
            }
        }
    }

    /// <summary>The terms of a sum. An expression with another operator outside brackets is a single term.</summary>
    private static List<List<TemplateToken>> Terms(List<TemplateToken> expression)
    {
        var depth = 0;
        var terms = new List<List<TemplateToken>> { new() };
        foreach (var token in expression)
        {
            depth += token.Is("(") || token.Is("[") ? 1 : token.Is(")") || token.Is("]") ? -1 : 0;
            if (depth == 0 && !token.IsLiteral && token.Text is "if" or "and" or "or" or "in" or "is" or "not" or "==" or "!=" or "-" or "*" or "/" or "%")
            {
                return [expression];
            }

            if (depth == 0 && token.Is("+"))
            {
                terms.Add([]);
            }
            else
            {
                terms[^1].Add(token);
            }
        }

        return terms;
    }

    private static void Remove(List<TemplateToken> tokens, string[] words)
    {
        for (var i = tokens.Count - words.Length; i >= 0; i--)
        {
            if (words.Select((word, offset) => tokens[i + offset].Is(word)).All(same => same))
            {
                tokens.RemoveRange(i, words.Length);
            }
        }
    }
}
