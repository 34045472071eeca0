namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Splits text into SentencePiece's words: spaces become a visible mark, a mark is prepended, and a word begins at each mark.</summary>
/// <param name="mark">The visible space, usually U+2581.</param>
/// <param name="prepend">Which pieces of the text get a mark at their beginning.</param>
/// <param name="split">Whether the text is split at the marks; otherwise it is one word.</param>
internal sealed class MetaspacePreTokenizer(string mark, MetaspacePrepend prepend, bool split) : IPreTokenizer
{
    public void Split(string text, TextPosition position, List<string> words)
    {
        var marked = text.Replace(" ", mark, StringComparison.Ordinal);
        var prepends = position switch
        {
            TextPosition.Start => prepend != MetaspacePrepend.Never,
            TextPosition.Inside => prepend == MetaspacePrepend.Always,
            _ => false,
        };
        if (prepends && !marked.StartsWith(mark, StringComparison.Ordinal))
        {
            marked = mark + marked;
        }

        var start = 0;
        while (split && start < marked.Length)
        {
            var next = marked.IndexOf(mark, start + 1, StringComparison.Ordinal);
            if (next < 0)
            {
                break;
            }

            words.Add(marked[start..next]);
            start = next;
        }

        if (start < marked.Length)
        {
            words.Add(marked[start..]);
        }
    }
}
