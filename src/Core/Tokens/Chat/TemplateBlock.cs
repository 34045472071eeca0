namespace CoLA.Core.Tokens.Chat;

/// <summary>A part of a template: plain text, a statement or an output.</summary>
/// <param name="Kind">The kind of the part.</param>
/// <param name="Content">The text, or the content between the braces.</param>
internal readonly record struct TemplateBlock(TemplateBlock.Kinds Kind, string Content)
{
    internal enum Kinds
    {
        Text,
        Statement,
        Output,
    }

    /// <summary>
    /// Splits a template at its braces. White space is removed as by Jinja with HuggingFace's settings: the line break after a
    /// statement (trim_blocks), blanks before a statement at the start of its line (lstrip_blocks), one line break at the end of
    /// the template, and white space next to a dash.
    /// </summary>
    /// <exception cref="FormatException">A brace is not closed.</exception>
    public static List<TemplateBlock> Split(string template)
    {
        var blocks = new List<TemplateBlock>();
        if (template.EndsWith('\n'))
        {
            template = template[..^1];
        }

        var position = 0;
        var stripNext = false;
        var trimNext = false;
        while (position < template.Length)
        {
            var open = NextOpening(template, position);
            var text = template[position..(open < 0 ? template.Length : open)];
            if (stripNext)
            {
                text = text.TrimStart();
            }
            else if (trimNext && text.StartsWith('\n'))
            {
                text = text[1..];
            }

            if (open < 0)
            {
                blocks.Add(new TemplateBlock(Kinds.Text, text));
                break;
            }

            var mark = template[open + 1];
            var close = Closing(template, open + 2, mark);
            var inner = template[(open + 2)..close];
            if (inner.StartsWith('-'))
            {
                text = text.TrimEnd();
            }
            else if (mark != '{' && !inner.StartsWith('+'))
            {
                var line = text.TrimEnd(' ', '\t');
                var startsLine = line.EndsWith('\n') || (line.Length == 0 && (position == 0 || template[position - 1] == '\n' || trimNext));
                text = startsLine ? line : text;
            }

            blocks.Add(new TemplateBlock(Kinds.Text, text));
            stripNext = inner.EndsWith('-');
            trimNext = mark != '{';
            if (mark != '#')
            {
                blocks.Add(new TemplateBlock(mark == '%' ? Kinds.Statement : Kinds.Output, inner.TrimStart('-', '+').TrimEnd('-')));
            }

            position = close + 2;
        }

        return blocks;
    }

    private static int NextOpening(string template, int from)
    {
        for (var open = template.IndexOf('{', from); open >= 0 && open + 1 < template.Length; open = template.IndexOf('{', open + 1))
        {
            if (template[open + 1] is '%' or '{' or '#')
            {
                return open;
            }
        }

        return -1;
    }

    /// <summary>The position of a block's closing brace; braces inside quotes do not count.</summary>
    private static int Closing(string template, int from, char mark)
    {
        var end = mark == '{' ? "}}" : $"{mark}}}";
        var quote = '\0';
        for (var i = from; i + 1 < template.Length; i++)
        {
            var character = template[i];
            if (quote != '\0')
            {
                i += character == '\\' ? 1 : 0;
                quote = character == quote ? '\0' : quote;
            }
            else if (mark != '#' && character is '\'' or '"')
            {
                quote = character;
            }
            else if (string.CompareOrdinal(template, i, end, 0, 2) == 0)
            {
                return i;
            }
        }

        throw new FormatException("a brace of the template is not closed");
    }
}
